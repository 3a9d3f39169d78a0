"""The story of support: made-up people of two counties apply, change and cancel, and their bureaus decide."""
