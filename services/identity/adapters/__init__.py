"""What identity meets outside: files of the registry, and a voice."""
