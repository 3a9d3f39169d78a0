"""What support tells whoever may see it: sealed words opened, people and institutions by their names."""
