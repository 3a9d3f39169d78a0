"""Process managers and the runner that drives them from the log and the clock."""
