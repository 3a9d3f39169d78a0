"""Whose NHI card it is: by national ID, among those whom the register or an organisation knows."""

from __future__ import annotations

import hmac
import re
from typing import TYPE_CHECKING, NamedTuple

from eventsourcing.application import AggregateNotFoundError

from services.identity.application.capacities import of_person
from services.identity.application.organisations.members import members_that_are, mobiles_of_member
from services.identity.application.registry.personnel import practitioners_of
from services.identity.domain.nhi_cards import refusals
from services.identity.domain.nhi_cards.credential import NhiCredential, nhi_credential_id
from services.identity.events import NhiCardHolder, PractitionerIdentity
from shared.calendar import taipei_day
from shared.taiwan.identifiers import parse_personal_id
from shared.taiwan.text import folded
from shared.vault.blind_index import Identifier

if TYPE_CHECKING:
    from datetime import datetime

    from services.identity.application.desk import Desk
    from shared.sealing import SubjectId
    from shared.taiwan.identifiers import PersonalId

_CARD_NUMBER = re.compile(r"[0-9]{12}")
_SEPARATORS = re.compile(r"[-\u2010-\u2015\u2212]")


class Person(NamedTuple):
    """Who was meant: a national ID, the digest under which it is counted, and the person, where anybody has it."""

    identifier: PersonalId
    key: bytes
    subject: SubjectId | None


def person_meant(desk: Desk, text: str, now: datetime) -> Person:
    """The person of this 身分證號 or 統一證號; refuses what is none."""
    identifier = parse_personal_id(text, on=taipei_day(now), field="identifier")
    subject = desk.vault.find(Identifier(identifier.kind, identifier.number))
    return Person(identifier, desk.entrance.keys.person(identifier.number), subject)


def card_number(text: str) -> str:
    """健保卡卡號: 12 digits; refuses with `NhiCardNumberMalformed`."""
    number = _SEPARATORS.sub("", folded(text))
    if not _CARD_NUMBER.fullmatch(number):
        raise refusals.NhiCardNumberMalformed("card_number")
    return number


def credential_of(desk: Desk, subject: SubjectId) -> NhiCredential | None:
    """This person's registration, also one that was removed; None where no card was ever registered."""
    for one in {subject, *desk.vault.subjects_of([subject])}:
        try:
            return desk.store.load(NhiCredential, nhi_credential_id(one))
        except AggregateNotFoundError:
            continue
    return None


def is_number_of(desk: Desk, credential: NhiCredential, number: str) -> bool:
    """Whether this is the number of the registered card; never of a forgotten person's."""
    holder = desk.vault.open(credential.holder, NhiCardHolder)
    return holder is not None and hmac.compare_digest(holder.card_number, number)


def is_known(desk: Desk, subject: SubjectId) -> bool:
    """Whether the register has this person as a practitioner, or an organisation as one of its people."""
    return bool(practitioners_of(desk, subject)) or any(True for _ in members_that_are(desk, subject))


def mobiles_of(desk: Desk, subject: SubjectId, now: datetime) -> frozenset[str]:
    """The phones on record for this person: the register's alone, of whom it has; else what all organisations say."""
    practitioners = practitioners_of(desk, subject)
    if not practitioners:
        return mobiles_of_member(desk, subject, now)
    identities = (desk.vault.open(practitioner.identity, PractitionerIdentity) for practitioner in practitioners)
    return frozenset(identity.mobile for identity in identities if identity is not None and identity.mobile)


def stands(desk: Desk, subject: SubjectId, holder: NhiCardHolder, now: datetime) -> bool:
    """Whether a registration so proved counts: made by the register's word, or agreed on by whoever names the person.

    An organisation may have named somebody whom another names later, or the register: its phone is not theirs.
    """
    if holder.of_register:
        return True
    if holder.mobile:
        return holder.mobile in mobiles_of(desk, subject, now)
    return bool(holder.name) and of_person(desk, subject, now).names == {holder.name}


def standing(desk: Desk, credential: NhiCredential | None, now: datetime) -> NhiCardHolder | None:
    """What the card says whose registration counts; None where there is none that does."""
    if credential is None or not credential.is_registered:
        return None
    holder = desk.vault.open(credential.holder, NhiCardHolder)
    return holder if holder is not None and stands(desk, credential.subject, holder, now) else None
