"""The registry: institutions, practitioners and non-medical places."""
