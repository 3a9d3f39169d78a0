"""Where matching meets the outside: files in and out, and what is known of institutions and doctors."""
