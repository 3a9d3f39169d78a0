"""What a log would make of a read model: folded into tables beside the live ones, and compared row by row."""
