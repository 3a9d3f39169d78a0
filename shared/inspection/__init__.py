"""Answers what auditors ask of a log: why a row is so, what belongs to one request, what has happened when."""
