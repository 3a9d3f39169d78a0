"""Files that people hand in, row by row: read as text, taken in as commands, each row told what became of it."""
