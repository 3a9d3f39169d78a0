"""信賴憑證: the issuing CAs that each kind of card is pinned to, and where their revocation lists and answers are had.

A folder holds one folder a kind of card (`personnel`, `institution`, `citizen`, `government`); in each lie the issuers'
certificates (`*.pem`), their lists where somebody brings them (`*.crl`), and `addresses.toml` with what may be fetched.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec
from cryptography import x509

from shared.cards.profiles import CardKind
from shared.cards.reading import UNREADABLE, is_issued_by, is_pem
from shared.decoding import converted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

ADDRESSES = "addresses.toml"


class AnchorsUnusable(ValueError):
    """A folder of anchors is not one; the message names the file and says what to put there."""


class Addresses(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What may be fetched for the cards of one kind, and nothing else: OCSP responders and lists, by their whole URL.

    `ocsp_nonces` is False for responders that sign their answers ahead and so repeat no nonce.
    """

    ocsp: tuple[str, ...] = ()
    crl: tuple[str, ...] = ()
    ocsp_nonces: bool = True


_NO_ADDRESSES = Addresses()


@dataclass(frozen=True)
class Anchor:
    """An issuing CA that cards of one kind may come from."""

    kind: CardKind
    certificate: x509.Certificate
    addresses: Addresses = _NO_ADDRESSES
    lists: tuple[Path, ...] = ()
    """Files with lists that somebody else keeps up to date."""

    def issued(self, certificate: x509.Certificate) -> bool:
        """Whether it signed the certificate."""
        return is_issued_by(certificate, self.certificate)


class Anchors:
    """All anchors of an installation, by kind of card."""

    def __init__(self, anchors: Iterable[Anchor]) -> None:
        self._anchors = tuple(anchors)

    def __iter__(self) -> Iterator[Anchor]:
        return iter(self._anchors)

    def of(self, kind: CardKind) -> Anchors:
        """Those of one kind."""
        return Anchors(anchor for anchor in self._anchors if anchor.kind is kind)

    def issuer_of(self, certificate: x509.Certificate) -> Anchor | None:
        """The one that signed the certificate."""
        return next((anchor for anchor in self._anchors if anchor.issued(certificate)), None)


def read_anchors(folder: Path) -> Anchors:
    """The anchors in a folder of them; raises `AnchorsUnusable`. Of a kind without a folder no card counts."""
    if not folder.exists():
        return Anchors([])
    if not folder.is_dir():
        raise AnchorsUnusable(f"{folder} is no folder: make it, with one folder a kind of card, as in {folder}/citizen")
    kinds = {kind.value: kind for kind in CardKind}
    unknown = sorted(each.name for each in folder.iterdir() if each.is_dir() and each.name not in kinds)
    if unknown:
        raise AnchorsUnusable(f"{folder / unknown[0]} is no kind of card: there are {', '.join(kinds)}")
    return Anchors(anchor for kind in CardKind for anchor in _of_kind(kind, folder / kind))


def _of_kind(kind: CardKind, folder: Path) -> Iterator[Anchor]:
    files = sorted(folder.glob("*.pem"))
    if not files:
        return
    addresses = _addresses(folder / ADDRESSES)
    lists = tuple(sorted(folder.glob("*.crl")))
    for file in files:
        for certificate in read_certificates(file):
            yield Anchor(kind, certificate, addresses, lists)


def read_certificates(file: Path) -> list[x509.Certificate]:
    """The certificates of a file, in PEM or one in DER; raises `AnchorsUnusable` where it holds none."""
    try:
        held = file.read_bytes()
        if is_pem(held):
            return x509.load_pem_x509_certificates(held)
        return [x509.load_der_x509_certificate(held)]
    except OSError as fault:
        raise AnchorsUnusable(f"{file} cannot be read ({fault.strerror})") from None
    except UNREADABLE:
        raise AnchorsUnusable(f"{file} holds no certificate in PEM or DER") from None


def _addresses(file: Path) -> Addresses:
    if not file.exists():
        return Addresses()
    try:
        addresses = converted(tomllib.loads(file.read_text(encoding="utf-8")), Addresses)
    except (OSError, ValueError, msgspec.ValidationError) as fault:
        raise AnchorsUnusable(f"{file}: {fault}; give ocsp and crl as lists of addresses") from None
    for address in (*addresses.ocsp, *addresses.crl):
        if not is_address(address):
            raise AnchorsUnusable(f"{file}: {address!r} is no http:// or https:// address with a host")
    return addresses


def is_address(text: str) -> bool:
    """Whether it is an address that lists and answers can be had at: they are signed, so that http will do."""
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
