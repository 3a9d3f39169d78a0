"""What identity decides: about accounts and about the registry. Pure."""
