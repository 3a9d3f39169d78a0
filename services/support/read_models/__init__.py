"""What support can be asked, one file a question: the rows, how they follow from events, and the queries."""
