"""What identity can be asked: one file a question, each a table, a fold and its queries."""
