"""What can be looked up: messages and what became of them, what is due, who is told where, how places are called."""
