"""One canonical example of every event of the registry: made-up institutions, a practitioner and a place.

`EXAMPLES` has every builder by event type.
"""

from __future__ import annotations

import dataclasses
from datetime import date, time
from decimal import Decimal
from hashlib import sha256
from uuid import UUID

from services.identity import events
from services.identity.domain.registry.institution import institution_id
from services.identity.domain.registry.place import place_id
from services.identity.domain.registry.practitioner import practitioner_id
from shared.sealing import SubjectId
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, DAAN_CLINIC, sealed, taipei

EXAMPLES = {}
"""Builders by event type."""

PRACTITIONER = SubjectId(UUID("5b7ec700-0005-4000-8000-000000000001"))
PRACTITIONERS_ID = events.PractitionerIdentity("F100000015")
MORNING = events.SessionHours(events.Session.MORNING, time(9), time(12))
EVENING = events.SessionHours(events.Session.EVENING, time(18), time(21, 30))
PROFILE = events.InstitutionProfile(
    name="板橋安康小兒科診所",
    kind=events.InstitutionKind.CLINIC,
    address=events.PlaceAddress("新北市", "板橋區", "220", "中山路一段161號"),
    phone="02-29603456",
    coordinates=events.Coordinates(Decimal("25.012345"), Decimal("121.465432")),
    departments=("01", "04"),
    hours=(events.WeekdayHours(1, (MORNING, EVENING)), events.WeekdayHours(6, (MORNING,))),
    holiday_hours=(events.HolidayHours(date(2025, 1, 29)), events.HolidayHours(date(2025, 1, 30), (MORNING,))),
)
LICENCE = events.Licence("醫執字第0012345號", date(2020, 7, 1), date(2026, 6, 30))
PLACE_CODE, PLACE_NAME = "04595252", "中山區銀髮據點"


def example(builder):
    """Enter a builder under the type of what it builds."""
    EXAMPLES[builder().TOPIC] = builder
    return builder


def _first(aggregate, originator_id, at):
    return {
        "originator_id": originator_id,
        "originator_version": 1,
        "timestamp": at,
        "originator_topic": f"identity.{aggregate}",
    }


def _of_institution(version, at, code=BANQIAO_CLINIC):
    placed = {"originator_id": institution_id(code), "originator_version": version, "timestamp": at}
    return {**placed, "institution": code}


def _of_practitioner(version, at, number=BANQIAO_DOCTOR):
    placed = {"originator_id": practitioner_id(number), "originator_version": version, "timestamp": at}
    return {**placed, "practitioner": number}


# Institutions --------------------------------------------------------------------------------------------------------


@example
def institution_registered(institution=BANQIAO_CLINIC, **changes):
    event = events.InstitutionRegistered(
        **_first("Institution", institution_id(institution), taipei(1, 2, 9)),
        institution=institution,
        profile=PROFILE,
    )
    return dataclasses.replace(event, **changes)


@example
def institution_changed(**changes):
    event = events.InstitutionChanged(**_of_institution(2, taipei(1, 3, 9)), profile=PROFILE)
    return dataclasses.replace(event, **changes)


@example
def institution_suspended(**changes):
    event = events.InstitutionSuspended(
        **_of_institution(3, taipei(2, 20, 9)),
        county="新北市",
        since=date(2025, 2, 20),
        until=date(2025, 8, 19),
        reason=events.StandingReason.OWN_REQUEST,
    )
    return dataclasses.replace(event, **changes)


@example
def institution_resumed(**changes):
    event = events.InstitutionResumed(**_of_institution(4, taipei(8, 20, 9)), county="新北市", since=date(2025, 8, 20))
    return dataclasses.replace(event, **changes)


@example
def institution_closed(**changes):
    event = events.InstitutionClosed(
        **_of_institution(5, taipei(2, 20, 9)),
        county="新北市",
        since=date(2025, 2, 20),
        reason=events.StandingReason.OWN_REQUEST,
    )
    return dataclasses.replace(event, **changes)


@example
def programme_joined(institution=BANQIAO_CLINIC, **changes):
    event = events.ProgrammeJoined(
        **_of_institution(2, taipei(1, 2, 9), institution),
        programme=events.Programme.DEDICATED_DOCTOR,
        since=date(2025, 1, 1),
        until=date(2025, 12, 31),
    )
    return dataclasses.replace(event, **changes)


@example
def programme_left_v1():
    return events.ProgrammeLeftV1(
        **_of_institution(3, taipei(2, 20, 9)), programme=events.Programme.DEDICATED_DOCTOR, until=date(2025, 2, 28)
    )


@example
def programme_left(**changes):
    event = events.ProgrammeLeft(
        **_of_institution(3, taipei(2, 20, 9)),
        programme=events.Programme.DEDICATED_DOCTOR,
        until=date(2025, 2, 28),
        reason=events.StandingReason.OWN_REQUEST,
    )
    return dataclasses.replace(event, **changes)


# Practitioners -------------------------------------------------------------------------------------------------------


@example
def practitioner_registered(practitioner=BANQIAO_DOCTOR, **changes):
    event = events.PractitionerRegistered(
        **_first("Practitioner", practitioner_id(practitioner), taipei(1, 2, 10)),
        practitioner=practitioner,
        name="陳安康",
        profession="A",
        institution=BANQIAO_CLINIC,
        subject=PRACTITIONER,
        identity=sealed(PRACTITIONER, PRACTITIONERS_ID),
    )
    return dataclasses.replace(event, **changes)


@example
def practitioner_changed(**changes):
    event = events.PractitionerChanged(
        **_of_practitioner(2, taipei(1, 3, 10)),
        name="陳安康",
        profession="A",
        subject=PRACTITIONER,
        identity=sealed(PRACTITIONER, PRACTITIONERS_ID),
    )
    return dataclasses.replace(event, **changes)


@example
def practitioner_moved(**changes):
    event = events.PractitionerMoved(
        **_of_practitioner(3, taipei(2, 20, 10)),
        former_institution=BANQIAO_CLINIC,
        institution=DAAN_CLINIC,
        since=date(2025, 2, 20),
    )
    return dataclasses.replace(event, **changes)


@example
def practitioner_suspended(**changes):
    event = events.PractitionerSuspended(
        **_of_practitioner(3, taipei(2, 20, 10)),
        institution=BANQIAO_CLINIC,
        since=date(2025, 2, 20),
        until=None,
        reason=events.StandingReason.ORDERED,
    )
    return dataclasses.replace(event, **changes)


@example
def practitioner_resumed(**changes):
    event = events.PractitionerResumed(
        **_of_practitioner(4, taipei(3, 20, 10)), institution=BANQIAO_CLINIC, since=date(2025, 3, 20)
    )
    return dataclasses.replace(event, **changes)


@example
def licence_recorded(**changes):
    event = events.LicenceRecorded(**_of_practitioner(2, taipei(1, 2, 10)), institution=BANQIAO_CLINIC, licence=LICENCE)
    return dataclasses.replace(event, **changes)


@example
def licence_expiring(**changes):
    event = events.LicenceExpiring(**_of_practitioner(3, taipei(6, 1, 0)), institution=BANQIAO_CLINIC, licence=LICENCE)
    return dataclasses.replace(event, **changes)


@example
def licence_expired(**changes):
    event = events.LicenceExpired(**_of_practitioner(4, taipei(7, 1, 0)), institution=BANQIAO_CLINIC, licence=LICENCE)
    return dataclasses.replace(event, **changes)


@example
def training_credited(**changes):
    event = events.TrainingCredited(
        **_of_practitioner(3, taipei(1, 20, 10)),
        programme=events.Programme.DEDICATED_DOCTOR,
        course="幼兒專責醫師訓練課程",
        credits=4,
        earned_on=date(2025, 1, 18),
        total=4,
        complete=True,
    )
    return dataclasses.replace(event, **changes)


@example
def practitioner_joined_programme(**changes):
    event = events.PractitionerJoinedProgramme(
        **_of_practitioner(4, taipei(1, 20, 11)),
        institution=BANQIAO_CLINIC,
        programme=events.Programme.DEDICATED_DOCTOR,
        since=date(2025, 1, 20),
        until=None,
    )
    return dataclasses.replace(event, **changes)


@example
def practitioner_left_programme(**changes):
    event = events.PractitionerLeftProgramme(
        **_of_practitioner(5, taipei(2, 20, 10)),
        institution=BANQIAO_CLINIC,
        programme=events.Programme.DEDICATED_DOCTOR,
        until=date(2025, 2, 20),
    )
    return dataclasses.replace(event, **changes)


# Places and files ----------------------------------------------------------------------------------------------------


@example
def place_registered(**changes):
    event = events.PlaceRegistered(
        **_first("Place", place_id(PLACE_CODE, PLACE_NAME), taipei(1, 2, 11)),
        code=PLACE_CODE,
        name=PLACE_NAME,
        address=events.PlaceAddress("臺北市"),
    )
    return dataclasses.replace(event, **changes)


@example
def place_changed(**changes):
    event = events.PlaceChanged(
        originator_id=place_id(PLACE_CODE, PLACE_NAME),
        originator_version=2,
        timestamp=taipei(1, 3, 11),
        code=PLACE_CODE,
        name=PLACE_NAME,
        address=events.PlaceAddress("臺北市", "中山區", "104", "中山北路二段1號"),
    )
    return dataclasses.replace(event, **changes)


@example
def registry_imported(**changes):
    event = events.RegistryImported(
        **_first("RegistryImport", UUID("3d5e0c1a-0006-4000-8000-000000000001"), taipei(1, 2, 9, 15)),
        kind=events.RegistryFile.INSTITUTIONS,
        digest=sha256(b"registry file").hexdigest(),
        rows=3,
        taken=1,
        unchanged=1,
        refused=1,
    )
    return dataclasses.replace(event, **changes)
