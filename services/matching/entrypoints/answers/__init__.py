"""What queries of matching answer with, field by field, opened for whoever may see it."""
