"""What support decides, and why it refuses: pure, told the time and the facts, knowing no database."""
