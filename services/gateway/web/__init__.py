"""The web front: pages and the JSON API. It keeps nothing and reaches every context over RPC alone."""
