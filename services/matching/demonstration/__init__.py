"""Plays the matching story of the manual (S000) through the platform's own commands, and checks what everybody sees."""
