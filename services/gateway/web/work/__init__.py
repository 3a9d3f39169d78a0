"""What the work lists of clinics and bureaus share: filters, searching, families, files for spreadsheets."""
