"""The story up to this very day: a site to try out, with families on their way, and a door for each role."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from services.matching.bootstrap import CONTEXT
from services.matching.demonstration.cast import OPERATOR, Cast, bureau, parent
from services.matching.demonstration.company import Company
from services.matching.demonstration.log_ins import Way
from services.matching.demonstration.neighbourhood import entries, neighbourhood
from services.matching.demonstration.theatre import Theatre
from services.matching.read_models.family_cases import FamilyCases, cases_of_contact
from shared.principal import Role
from shared.vault.blind_index import Identifier

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from services.matching.demonstration.house import House
    from services.matching.demonstration.narrator import Narrator

_WORKING_DAYS = 26
"""So many working days ago the story began: the first cases are long decided, the last have just been asked."""
_WEEK, _WORKING_WEEK = 7, 5
_LATECOMERS = 7
_SEED = 1
PASSWORD = "pinecone-honey-ferry-87"  # noqa: S105 - of accounts that exist only where nothing is real


class Door(msgspec.Struct, frozen=True):
    """How somebody comes in: by a mail address and a password, or by a phone, whose code lies in the outbox."""

    role: Role
    who: str
    address: str
    password: str = ""


def bring_to_today(
    house: House, narrator: Narrator, families: int, today: date, progress: Callable[[int, int], None]
) -> list[Door]:
    """Play the story until yesterday evening; answers with the doors. Nothing has happened in this house before."""
    working_days = min(families, _WORKING_DAYS)
    house.clock.begin_on(today - timedelta(days=working_days * _WEEK // _WORKING_WEEK + 1))
    since = house.clock.today.isoformat()
    registry = neighbourhood()
    cast = Cast(registry, _SEED)
    run = house.contexts[CONTEXT].application.next_number("demonstration/run")
    with house.at_work() as rest:
        rest.wait()
        company = Company(house, registry, run)
        narrator.tell("curtain", run=run, clinics=len(registry.institutions), families=families)
        company.enter(*entries(registry, since), progress)
        rest.wait()
        yesterday = today - timedelta(days=1)
        with closing(Theatre(house, narrator, company, rest)) as theatre:
            theatre.perform(run, families, cast, progress, working_days, yesterday, _LATECOMERS)
        doors = [*_staff(cast, company), *_families(house, cast, families)]
        rest.wait()
    return doors


def _staff(cast: Cast, company: Company) -> list[Door]:
    """Accounts at the clinic that most families wait for, at its bureau, and on the platform itself."""
    clinic = cast.clinics[0]
    everyone = cast.everyone_at(clinic)
    officer = bureau(cast.county_of(clinic))
    named = (
        (everyone, "院所個管", "clinic@example.tw"),
        (officer, f"{officer.jurisdiction}衛生局", "bureau@example.tw"),
        (OPERATOR, "平台維運", "operator@example.tw"),
    )
    doors = []
    for person, name, mailbox in named:
        company.open_account(person, name, Way(mailbox, PASSWORD))
        doors.append(Door(person.role, cast.name_of(clinic) if person is everyone else name, mailbox, PASSWORD))
    return doors


def _families(house: House, cast: Cast, families: int) -> list[Door]:
    """Phones of families whose cases stand differently."""
    matching = house.contexts[CONTEXT]
    reader = matching.reader(FamilyCases)
    doors: dict[str, Door] = {}
    try:
        for number in range(1, families + 1):
            mobile = cast.family(number).contact.mobile
            subject = matching.vault.find(Identifier("mobile", mobile))
            for case in cases_of_contact(reader, parent(subject)) if subject else ():
                if case.match is not None:
                    doors.setdefault(case.match, Door(Role.PARENT, case.match, mobile))
    finally:
        reader.close()
    return list(doors.values())
