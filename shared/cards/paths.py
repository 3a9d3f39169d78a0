"""憑證路徑驗證: whether a card's certificate leads to a pinned issuer and is not revoked, from what is given alone.

Nothing is fetched and no clock is read, so that the same question has the same answer at any time (RFC 5280).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import asn1crypto.x509
from asn1crypto.crl import CertificateList
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.authority import CertTrustAnchor
from pyhanko_certvalidator.errors import InsufficientRevinfoError, PathError, RevokedError, ValidationError
from pyhanko_certvalidator.ltv.poe import POEManager
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy, NonRevokedStatusAssertion
from pyhanko_certvalidator.registry import CertificateRegistry, SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer, process_legacy_ocsp_input
from pyhanko_certvalidator.revinfo.manager import RevinfoManager
from pyhanko_certvalidator.validate import async_validate_path

from shared.cards.evidence import (
    Link,
    answer_objection,
    is_listed,
    list_objection,
    responders_of,
    says_revoked,
    unsigned_objection,
)
from shared.cards.profiles import policy_objection, subject_type, usage_objection
from shared.cards.reading import UNREADABLE, is_issued_by
from shared.cards.reasons import Reason, TokenRefused

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence
    from datetime import datetime

    from cryptography import x509

    from shared.cards.anchors import Anchor, Anchors
    from shared.cards.evidence import Evidence
    from shared.cards.policy import CardPolicy

_ASKED_OF_ALL = CertRevTrustPolicy(REQUIRE_REVINFO)
"""Every certificate below the anchor needs news: `hard-fail` takes one that names no list for good (tried)."""


_UNVERIFIABLE = (ValidationError, PathError, InvalidSignature, LookupError, AttributeError, *UNREADABLE)
"""What validating comes to where anything in the path or the evidence is not well made."""


@dataclass(frozen=True)
class Accepted:
    """The certificate counts; `links` lead from it to its `anchor`."""

    anchor: Anchor
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Rejected:
    """The certificate does not count, for this reason; `detail` names nobody."""

    reason: Reason
    detail: str = ""


def judge(
    chain: Sequence[x509.Certificate], anchors: Anchors, at: datetime, evidence: Evidence, policy: CardPolicy
) -> Accepted | Rejected:
    """Whether the first certificate of `chain` counted at a time, by others of it where its anchor is further up."""
    found = trace(chain, anchors, at, policy)
    return found if isinstance(found, Rejected) else weigh(found, at, evidence, policy)


def weigh(found: Accepted, at: datetime, evidence: Evidence, policy: CardPolicy) -> Accepted | Rejected:
    """What `trace` leaves of `judge`: whether a way holds in everything, and nothing on it is revoked."""
    objections = {
        answer: _answer_objection(answer, found, at, policy) for answer in (*evidence.proved, *evidence.answers)
    }
    if Reason.OCSP_UNKNOWN in {evidence.trouble, *objections.values()}:
        return Rejected(Reason.OCSP_UNKNOWN)
    proved = [answer for answer in evidence.proved if objections[answer] is None]
    lists = _lists(found, at, evidence, policy)
    revoked = _listed(found, lists)
    if revoked is None and any(says_revoked(answer) for answer in proved):
        revoked = Reason.REVOKED
    if revoked is not None:
        return Rejected(revoked)
    counting = tuple(answer for answer in evidence.answers if objections[answer] is None)
    is_proved = bool(proved) and len(found.links) == 1
    news = _News(counting if is_proved else (*proved, *counting), lists, is_proved=is_proved)
    try:
        _validate(found, at, news, policy)
    except RevokedError as refused:
        return Rejected(Reason.REVOKED if refused.is_ee_cert else Reason.ISSUER_REVOKED)
    except InsufficientRevinfoError:
        return Rejected(_insufficient(found, at, evidence, policy))
    except _UNVERIFIABLE as refused:
        # Its sentence may name the holder.
        return Rejected(Reason.PATH_INVALID, type(refused).__name__)
    return found


def trace(chain: Sequence[x509.Certificate], anchors: Anchors, at: datetime, policy: CardPolicy) -> Accepted | Rejected:
    """As `judge`, but for revocation and the finer rules of paths: whether it is worth asking for the former."""
    leaf = chain[0]
    objection = usage_objection(leaf) or policy_objection(leaf, policy.arc)
    if objection is not None:
        return Rejected(objection)
    try:
        pinned = anchors.of(subject_type(leaf).kind)
    except TokenRefused:
        pinned = anchors
    found = _linked(chain, pinned)
    if found is None:
        elsewhere = _linked(chain, anchors) is not None
        return Rejected(Reason.ISSUER_OF_ANOTHER_KIND if elsewhere else Reason.ISSUER_UNTRUSTED)
    untimely = _untimely(found, at)
    return found if untimely is None else Rejected(untimely)


@dataclass(frozen=True)
class _News:
    """What counts of the evidence: answers, lists with whose they are, and whether the card is proved good already.

    The latter holds for a card alone, right below its anchor: the validator would ask nothing of whoever is between.
    """

    answers: tuple[bytes, ...]
    lists: dict[bytes, x509.Certificate]
    is_proved: bool


def _lists(found: Accepted, at: datetime, evidence: Evidence, policy: CardPolicy) -> dict[bytes, x509.Certificate]:
    """The lists that count, each with whose it is."""
    return {
        each: link.issuer
        for each in evidence.lists
        for link in found.links
        if list_objection(each, link.issuer, at, policy) is None
    }


def _listed(found: Accepted, lists: dict[bytes, x509.Certificate]) -> Reason | None:
    """What a list of its own issuer names, anywhere on the way."""
    for place, link in enumerate(found.links):
        if any(is_listed(each, link) for each in lists):
            return Reason.ISSUER_REVOKED if place else Reason.REVOKED
    return None


def _validate(found: Accepted, at: datetime, news: _News, policy: CardPolicy) -> None:
    """Raise what the validator says against a way; `policy` gives how far clocks may be off."""
    pinned = found.anchor.certificate
    leaf, *others = (link.certificate for link in found.links)
    below = [_parsed(other) for other in reversed(others)]
    registry = CertificateRegistry.build(below)
    revocation = RevinfoManager(
        registry,
        POEManager(),
        [CRLContainer(_abridged(each) if issuer == pinned else _whole(each)) for each, issuer in news.lists.items()],
        process_legacy_ocsp_input(news.answers),
        [NonRevokedStatusAssertion(leaf.fingerprint(SHA256()), at)] if news.is_proved else [],
    )
    for each, issuer in news.lists.items():
        if issuer == pinned:
            # It looks below the anchor for who signed a list, and so does not find an anchor that is no root. Any other
            # has to be found: told that an issuer signed a list, it would believe that issuer about itself.
            revocation.record_crl_issuer(_whole(each), _parsed(issuer))  # type: ignore[no-untyped-call]
    context = ValidationContext(
        certificate_registry=registry,
        trust_manager=_trusting(pinned),
        moment=at,
        revinfo_manager=revocation,
        revinfo_policy=_ASKED_OF_ALL,
        time_tolerance=policy.skew,
    )
    _awaited(async_validate_path(context, ValidationPath(CertTrustAnchor(_parsed(pinned)), below, _read(leaf))))


def _untimely(found: Accepted, at: datetime) -> Reason | None:
    """What on the way does not count yet, or no longer; to the second, for a card's last day is printed on it."""
    leaf = found.links[0].certificate
    if at < leaf.not_valid_before_utc:
        return Reason.NOT_YET_VALID
    if at > leaf.not_valid_after_utc:
        return Reason.EXPIRED
    if any(at < link.issuer.not_valid_before_utc for link in found.links):
        return Reason.ISSUER_NOT_YET_VALID
    if any(at > link.issuer.not_valid_after_utc for link in found.links):
        return Reason.ISSUER_EXPIRED
    return None


def _linked(chain: Sequence[x509.Certificate], anchors: Anchors) -> Accepted | None:
    """The way from the first certificate up to an anchor, by signatures."""
    links: list[Link] = []
    current, others = chain[0], list(chain[1:])
    while (anchor := anchors.issuer_of(current)) is None:
        above = next((other for other in others if is_issued_by(current, other)), None)
        if above is None:
            return None
        others.remove(above)
        links.append(Link(current, above))
        current = above
    return Accepted(anchor, (*links, Link(current, anchor.certificate)))


def _answer_objection(answer: bytes, found: Accepted, at: datetime, policy: CardPolicy) -> Reason | None:
    objections = [answer_objection(answer, link, at, policy) for link in found.links]
    return _nearest(objections, Reason.OCSP_WRONG_CERTIFICATE)


def _list_objection(found_list: bytes, found: Accepted, at: datetime, policy: CardPolicy) -> Reason | None:
    objections = [list_objection(found_list, link.issuer, at, policy) for link in found.links]
    return _nearest(objections, Reason.CRL_WRONG_ISSUER)


def _nearest(objections: Sequence[Reason | None], elsewhere: Reason) -> Reason | None:
    """What is wrong for that certificate of the way that is meant: no other has `elsewhere` for its reason."""
    return next((one for one in objections if one is not elsewhere), elsewhere)


def _insufficient(found: Accepted, at: datetime, evidence: Evidence, policy: CardPolicy) -> Reason:
    """Why what is known about revocation is not enough: an answer's fault first, for a list only stands in for it."""
    for answer in (*evidence.proved, *evidence.answers):
        wrong = _answer_objection(answer, found, at, policy)
        if wrong is not None:
            return wrong
        if all(unsigned_objection(answer, link, at) for link in found.links):
            return Reason.OCSP_SIGNATURE
    if evidence.trouble is not None:
        return evidence.trouble
    for each in evidence.lists:
        if (wrong := _list_objection(each, found, at, policy)) is not None:
            return wrong
    if evidence.answers and not responders_of(found.links[0].certificate):
        return Reason.OCSP_URL_NOT_ALLOWED
    return Reason.CRL_MISSING


@lru_cache(maxsize=64)
def _parsed(issuer: x509.Certificate) -> asn1crypto.x509.Certificate:
    """An issuer's certificate as the validator wants it: there are few, and reading one takes long.

    It is read to its end here: what is read piece by piece, several threads could meet half read.
    """
    parsed = _read(issuer)
    _ = parsed.native, parsed.critical_extensions
    return parsed


def _read(certificate: x509.Certificate) -> asn1crypto.x509.Certificate:
    return asn1crypto.x509.Certificate.load(certificate.public_bytes(Encoding.DER))


@lru_cache(maxsize=64)
def _trusting(anchor: x509.Certificate) -> SimpleTrustManager:
    return SimpleTrustManager.build([_parsed(anchor)])


def _whole(der: bytes) -> CertificateList:
    return CertificateList.load(der)


def _abridged(der: bytes) -> CertificateList:
    """A list without its entries, which have been looked through: it reads every one of them, 2 µs each, every time."""
    found = _whole(der)
    found["tbs_cert_list"]["revoked_certificates"] = None
    return found


def _awaited(validating: Coroutine[Any, Any, object]) -> None:
    """Run it here. Its validator is asynchronous only where it fetches, and this one fetches nothing: it never waits.

    An event loop could not run in a service, whose threads are Eventlet's.
    """
    try:
        validating.send(None)
    except StopIteration:
        return
    validating.close()
    raise RuntimeError("the validation of a path waited for something")
