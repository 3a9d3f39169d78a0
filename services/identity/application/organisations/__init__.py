"""The use cases of an organisation's users: `HANDLERS` for what is asked; `members` is asked when somebody comes in."""

from services.identity.application.organisations.handlers import AGGREGATES, HANDLERS

__all__ = ["AGGREGATES", "HANDLERS"]
