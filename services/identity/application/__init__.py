"""The use cases of identity: load, decide, save."""
