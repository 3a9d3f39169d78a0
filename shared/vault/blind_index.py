"""Finding a person by an identifier without storing it: a keyed digest that only the vault can compute."""

from __future__ import annotations

import hmac
import re
import unicodedata
from dataclasses import dataclass, field

_KIND = re.compile(r"[a-z][a-z_]*")


@dataclass(frozen=True)
class Identifier:
    """What a person is known by, in the form its own parser gives it: `("national_id", "A123456789")`.

    Only equal values match, once width, case and spaces are evened out. The value never shows in a repr or a message.
    """

    kind: str
    value: str = field(repr=False)

    def __post_init__(self) -> None:
        if not _KIND.fullmatch(self.kind) or not self.normalised:
            raise ValueError(f"an identifier needs a value, and a kind in lower case; its kind is {self.kind!r}")

    @property
    def normalised(self) -> str:
        """The value as it is compared: full-width letters and digits made narrow, no spaces, case folded."""
        return "".join(unicodedata.normalize("NFKC", self.value).split()).casefold()


class BlindIndex:
    """Computes digests under a key of its own, so that a new master key leaves every digest as it is."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def digest(self, identifier: Identifier) -> bytes:
        """HMAC-SHA256 over kind and normalised value."""
        return hmac.digest(self._key, f"{identifier.kind}\0{identifier.normalised}".encode(), "sha256")

    def digest_of_content(self, purpose: str, content: bytes) -> bytes:
        """HMAC-SHA256 over a purpose and any bytes; no kind of identifier begins with a slash, so none meets these."""
        return hmac.digest(self._key, f"/{purpose}\0".encode() + content, "sha256")
