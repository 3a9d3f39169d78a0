"""帳號管理: who is let in, as what."""

from services.gateway.web.accounts import changing, inviting, listing
from services.gateway.web.accounts.area import ACCOUNTS

__all__ = ["ACCOUNTS", "changing", "inviting", "listing"]
