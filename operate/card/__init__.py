"""The programs on a person's own computer that speak to cards; no server runs them."""
