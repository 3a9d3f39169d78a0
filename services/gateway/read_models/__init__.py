"""What may be asked of pages: those that are shown, those to edit, and what each said before."""
