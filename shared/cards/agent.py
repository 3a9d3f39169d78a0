"""讀卡程式: what its pages and the agent on a person's own computer agree on (docs/operators/cards.md)."""

from __future__ import annotations

from enum import StrEnum

PORTS = (56445, 56545, 56645)
"""Where the agent answers on its computer: at the first of these that is free."""
VERSION = "0.1.0"
"""The version of what pages can ask, and the oldest that they can work with; it changes when that does."""


class CheckLine(StrEnum):
    """環境檢測: what only the agent can try, in this order."""

    OPEN_MODULE = "open-module"
    OPEN_SESSION = "open-session"
    CARD_VERSION = "card-version"
    CARD_TYPE = "card-type"
    HOLDER = "holder"
    SERIAL = "serial"
    VALIDITY = "validity"
    SIGN = "sign"
    VERIFY = "verify"
    ENCRYPT = "encrypt"
    DECRYPT = "decrypt"
    CLOSE_SESSION = "close-session"
    CLOSE_MODULE = "close-module"
