"""The read-model engine: live projection, rebuild with swap, parking, staleness answers."""
