"""Where a context's events are kept: appended in one statement each, ordered by the relay, read as one dense log."""
