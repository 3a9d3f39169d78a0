"""The use cases of accounts: `HANDLERS` for what is asked of the context, `FrontDesk` for coming in."""

from services.identity.application.accounts.front_desk import FrontDesk
from services.identity.application.accounts.handlers import AGGREGATES, HANDLERS
from services.identity.application.accounts.tables import install

__all__ = ["AGGREGATES", "HANDLERS", "FrontDesk", "install"]
