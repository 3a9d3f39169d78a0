"""機構管理者與使用者: to which organisations somebody belongs, and where a code may be sent to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.identity.application.organisations.lookups import membership, organisations_of
from services.identity.events import MemberIdentity
from shared.calendar import taipei_day

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from services.identity.application.desk import Desk
    from services.identity.domain.organisations.organisation import Member, Organisation
    from shared.sealing import SubjectId
    from shared.store.append import Reservation


def members_that_are(desk: Desk, subject: SubjectId) -> Iterator[tuple[Organisation, Member]]:
    """This person at each organisation that has them."""
    subjects = {subject, *desk.vault.subjects_of([subject])}
    for organisation in organisations_of(desk, subjects):
        for one in subjects & organisation.members.keys():
            yield organisation, organisation.members[one]


def mobiles_of_member(desk: Desk, subject: SubjectId, now: datetime) -> frozenset[str]:
    """The phone (09 and 8 digits) that every organisation of this person has entered; none where they disagree.

    Whoever belongs to one from a later day on counts there already: what is proved today is still there on that day.
    """
    today = taipei_day(now)
    people = [
        member
        for _, member in members_that_are(desk, subject)
        if member.period.until is None or member.period.until >= today
    ]
    opened = (desk.vault.open(member.person, MemberIdentity) for member in people)
    entered = {identity.mobile for identity in opened if identity is not None}
    belongs = any(member.period.holds(today) for member in people)
    return frozenset(entered) if belongs and len(entered) == 1 and all(entered) else frozenset()


def held_in(organisation: Organisation) -> Iterator[Reservation]:
    """What the organisation holds as it stands: each of its people, so that they are found when they come in."""
    for subject in organisation.members:
        yield membership(subject, organisation)
