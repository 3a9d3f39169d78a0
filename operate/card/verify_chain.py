"""`caretrail card verify-chain`: judges certificate files as a log-in would, and says why one does not count."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from operate.failures import Mistake, Status
from operate.places import place_in
from operate.session import Session, table
from shared.cards.anchors import Anchor, Anchors, AnchorsUnusable, read_anchors, read_certificates
from shared.cards.evidence import Evidence
from shared.cards.kept import KeptNowhere
from shared.cards.paths import Rejected, judge, trace
from shared.cards.policy import STRICT
from shared.cards.profiles import CardKind, subject_type
from shared.cards.reading import is_pem
from shared.cards.reasons import TokenRefused
from shared.cards.revocation import RevocationNews

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType


class Judged(msgspec.Struct):
    """What was judged of the first certificate. `reason` is empty where it is accepted, `kind` where none is named."""

    accepted: bool
    reason: str
    detail: str
    at: datetime
    kind: str
    serial: str
    issuer: str
    valid_from: datetime
    valid_to: datetime
    anchor: str
    """The pinned issuer that it leads to; empty where it leads to none."""


def verify_chain(  # noqa: PLR0913 - an option each
    context: typer.Context,
    certificates: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, readable=True, metavar="FILE")],
    *,
    anchors: Annotated[list[Path] | None, typer.Option("--anchors", exists=True, metavar="PATH")] = None,
    at: Annotated[str | None, typer.Option("--at", metavar="TIME")] = None,
    crl: Annotated[list[Path] | None, typer.Option("--crl", exists=True, dir_okay=False)] = None,
    ocsp: Annotated[list[Path] | None, typer.Option("--ocsp", exists=True, dir_okay=False)] = None,
    kind: Annotated[CardKind | None, typer.Option("--kind")] = None,
    fetch: Annotated[bool, typer.Option("--fetch")] = False,
) -> None:
    """Judge a certificate, by others of its chain, lists and answers; with 1 where it does not count."""
    session: Session = context.obj
    _ = session.settings  # from here on log lines are written
    pinned = _pinned(session, anchors or [], kind)
    moment = _moment(at)
    try:
        given = list(chain.from_iterable(map(read_certificates, certificates)))
    except AnchorsUnusable as fault:
        raise Mistake("card-chain.unusable", detail=fault) from None
    evidence = Evidence(tuple(map(_read, ocsp or [])), tuple(map(_read, crl or [])))
    if fetch:
        evidence = _with_fetched(evidence, given, pinned, moment)
    found = _judged(given, pinned, moment, evidence)
    session.show(found, *_told(session, found))
    if not found.accepted:
        raise typer.Exit(Status.NO)


def _pinned(session: Session, given: list[Path], kind: CardKind | None) -> Anchors:
    """The anchors of a folder, or certificates that count for every kind; without any those of the installation."""
    found: list[Anchor] = []
    try:
        for path in given or [session.settings.card_anchors]:
            if path.is_file():
                kinds = [kind] if kind else list(CardKind)
                found += [Anchor(one, certificate) for certificate in read_certificates(path) for one in kinds]
            else:
                found += read_anchors(path)
    except AnchorsUnusable as fault:
        raise Mistake("card-chain.unusable", detail=fault) from None
    pinned = Anchors(found) if kind is None else Anchors(found).of(kind)
    if not list(pinned):
        raise Mistake("card-chain.no-anchor")
    return pinned


def _moment(given: str | None) -> datetime:
    if given is None:
        return datetime.now(UTC)
    moment = place_in(given)
    if isinstance(moment, int):
        raise Mistake("card-chain.no-time", given=given)
    return moment.astimezone(UTC)


def _read(file: Path) -> bytes:
    """A list or an answer in DER; a list may be in PEM, as OpenSSL writes it."""
    held = file.read_bytes()
    if not is_pem(held):
        return held
    try:
        return x509.load_pem_x509_crl(held).public_bytes(Encoding.DER)
    except ValueError:
        raise Mistake("card-chain.unusable", detail=file) from None


def _with_fetched(evidence: Evidence, given: Sequence[x509.Certificate], pinned: Anchors, moment: datetime) -> Evidence:
    """The same with what the responders and addresses of the anchor's folder say."""
    found = trace(given, pinned, moment, STRICT)
    if isinstance(found, Rejected):
        return evidence
    fetched = RevocationNews(KeptNowhere()).evidence(found.links[0], found.anchor, moment)
    return replace(fetched, answers=evidence.answers, lists=(*evidence.lists, *fetched.lists))


def _judged(given: Sequence[x509.Certificate], pinned: Anchors, moment: datetime, evidence: Evidence) -> Judged:
    verdict = judge(given, pinned, moment, evidence, STRICT)
    leaf = given[0]
    return Judged(
        accepted=not isinstance(verdict, Rejected),
        reason=verdict.reason if isinstance(verdict, Rejected) else "",
        detail=verdict.detail if isinstance(verdict, Rejected) else "",
        at=moment,
        kind=_kind(leaf),
        serial=f"{leaf.serial_number:x}",
        issuer=leaf.issuer.rfc4514_string(),
        valid_from=leaf.not_valid_before_utc,
        valid_to=leaf.not_valid_after_utc,
        anchor="" if isinstance(verdict, Rejected) else verdict.anchor.certificate.subject.rfc4514_string(),
    )


def _kind(leaf: x509.Certificate) -> str:
    try:
        return subject_type(leaf).kind
    except TokenRefused:
        return ""


def _told(session: Session, found: Judged) -> list[RenderableType]:
    words = session.words
    shown = {
        "kind": words(f"card-kinds.{found.kind}") if found.kind else None,
        "serial": found.serial,
        "issuer": found.issuer,
        "valid-from": found.valid_from,
        "valid-to": found.valid_to,
        "at": found.at,
        "anchor": found.anchor or None,
    }
    verdict = words("card-chain.accepted") if found.accepted else words(f"card-reasons.{found.reason}")
    rows = [(words(f"card-chain.{name}"), value) for name, value in shown.items()]
    return [verdict, *([found.detail] if found.detail else []), table((), rows)]
