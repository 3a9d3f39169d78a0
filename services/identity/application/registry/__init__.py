"""The use cases of the registry; `HANDLERS` has one for each of its commands."""

from services.identity.application.registry.handlers import AGGREGATES, HANDLERS

__all__ = ["AGGREGATES", "HANDLERS"]
