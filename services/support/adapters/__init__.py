"""Where support meets the outside: workbooks in, templates and register files out."""
