"""What can be asked of matching: one file a question, its table, its fold and its queries together."""
