"""Phone numbers and mail addresses that a message can be sent to."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from shared.refusals import Refusal
from shared.taiwan.text import folded

_SEPARATORS = re.compile(r"[.()\-\u2010-\u2015\u2212]")
_MOBILE = re.compile(r"(?:\+8860?|0)(9[0-9]{8})")
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_LONGEST_ADDRESS = 254
"""RFC 5321: the longest path, less its angle brackets."""
_LONGEST_LOCAL_PART = 64


class MalformedMobileNumber(Refusal):
    """A Taiwanese mobile number is 09 and 8 digits, or +886 9 and 8 digits."""


class MalformedEmailAddress(Refusal):
    """What was typed cannot be a mail address: it needs a name, one @ and a domain with a dot."""


@dataclass(frozen=True)
class MobileNumber:
    """行動電話: `number` as 09 and 8 digits."""

    number: str

    @property
    def e164(self) -> str:
        """As the international plan writes it: +8869 and 8 digits."""
        return f"+886{self.number[1:]}"


@dataclass(frozen=True)
class EmailAddress:
    """電子信箱: plausible, its domain in lower case. Whether it exists, only a message can tell."""

    address: str


def parse_mobile_number(text: str, *, field: str = "") -> MobileNumber:
    """A Taiwanese mobile number, with or without +886, spaces, hyphens, brackets, full-width digits.

    Raises MalformedMobileNumber.
    """
    digits = _SEPARATORS.sub("", folded(text))
    match = _MOBILE.fullmatch(digits)
    if match is None:
        raise MalformedMobileNumber(field)
    return MobileNumber(f"0{match[1]}")


def parse_email_address(text: str, *, field: str = "") -> EmailAddress:
    """A plausible mail address; full-width characters are folded, the name before @ keeps its case.

    Raises MalformedEmailAddress.
    """
    local, _, domain = unicodedata.normalize("NFKC", text).strip().rpartition("@")
    address = f"{local}@{domain.lower()}"
    plausible = (
        len(address) <= _LONGEST_ADDRESS
        and len(local) <= _LONGEST_LOCAL_PART
        and _LOCAL_PART.fullmatch(local)
        and _DOMAIN.fullmatch(domain.lower())
    )
    if not plausible:
        raise MalformedEmailAddress(field)
    return EmailAddress(address)
