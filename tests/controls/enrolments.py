"""One canonical example of matching's events that are of no case: enrolments, who takes part, batches, people."""

from __future__ import annotations

import dataclasses
from datetime import date
from hashlib import sha256
from uuid import UUID

import msgspec

from services.matching import events
from tests.controls.family import (
    BANQIAO_CLINIC,
    BANQIAO_DOCTOR,
    BIRTH,
    BORN_CHILD,
    CASE_NO,
    CHILD,
    CONTACT,
    ENROLMENT,
    FATHER,
    MOTHER,
    MOTHERS_ID,
    first,
    later,
    sealed,
    taipei,
)

EXAMPLES = {}
"""Builders by event type, old versions included."""


def example(builder):
    """Enter a builder under the type of what it builds."""
    EXAMPLES[builder().TOPIC] = builder
    return builder


# The enrolment -------------------------------------------------------------------------------------------------------


@example
def enrolment_recorded(**changes):
    event = events.EnrolmentRecorded(
        **first("Enrolment", ENROLMENT, taipei(2, 27, 9, 15)),
        birth_subject=BIRTH,
        child_subject=CHILD,
        child=sealed(CHILD, BORN_CHILD),
        mother_subject=MOTHER,
        mother=sealed(MOTHER, MOTHERS_ID),
        contact_subject=CONTACT,
        contact=sealed(CONTACT, FATHER),
        birth_order=0,
        county="新北市",
        institution=BANQIAO_CLINIC,
        doctor=BANQIAO_DOCTOR,
        institution_county="新北市",
        enrolled_on=date(2025, 2, 26),
        source=events.Source.IMPORT,
        case_no=CASE_NO,
    )
    return dataclasses.replace(event, **changes)


@example
def enrolment_closed(**changes):
    event = events.EnrolmentClosed(
        **later(2, taipei(6, 12, 15, 30), ENROLMENT),
        institution=BANQIAO_CLINIC,
        doctor=BANQIAO_DOCTOR,
        closed_on=date(2025, 6, 12),
        reason=events.ClosureReason.CHANGE_OF_DOCTOR,
        source=events.Source.BUREAU,
    )
    return dataclasses.replace(event, **changes)


@example
def enrolment_contact_changed(**changes):
    event = events.EnrolmentContactChanged(
        **later(2, taipei(5, 2, 19), ENROLMENT),
        contact_subject=CONTACT,
        contact=sealed(CONTACT, msgspec.structs.replace(FATHER, email="")),
        proved_by=events.Source.PLATFORM,
    )
    return dataclasses.replace(event, **changes)


# Who takes part ------------------------------------------------------------------------------------------------------


@example
def participation_ended(**changes):
    event = events.ParticipationEnded(
        **first("EndOfParticipation", UUID("3d5e0c1a-0007-4000-8000-000000000001"), taipei(2, 20, 0)),
        institution=BANQIAO_CLINIC,
        doctor="",
        cause=events.ParticipationCause.INSTITUTION_CLOSED,
    )
    return dataclasses.replace(event, **changes)


@example
def participation_resumed(**changes):
    event = events.ParticipationResumed(
        **first("ReturnToParticipation", UUID("3d5e0c1a-0007-4000-8000-000000000002"), taipei(8, 20, 9)),
        institution=BANQIAO_CLINIC,
        doctor="",
        cause=events.ParticipationCause.INSTITUTION_CLOSED,
    )
    return dataclasses.replace(event, **changes)


@example
def places_stated(**changes):
    event = events.PlacesStated(
        **first("PlacesStatement", UUID("3d5e0c1a-0007-4000-8000-000000000003"), taipei(2, 20, 9)),
        institution=BANQIAO_CLINIC,
        doctor=BANQIAO_DOCTOR,
        places=12,
    )
    return dataclasses.replace(event, **changes)


# Batches and people --------------------------------------------------------------------------------------------------


@example
def cases_exported(**changes):
    event = events.CasesExported(
        **first("CaseExport", UUID("3d5e0c1a-0003-4000-8000-000000000001"), taipei(2, 24, 17)),
        institution=BANQIAO_CLINIC,
        case_nos=(CASE_NO, "250219P0022001"),
        digest=sha256(b"exported file").hexdigest(),
    )
    return dataclasses.replace(event, **changes)


@example
def register_imported(**changes):
    event = events.RegisterImported(
        **first("RegisterImport", UUID("3d5e0c1a-0004-4000-8000-000000000001"), taipei(2, 27, 9, 15)),
        kind=events.RegisterKind.ENROLMENTS,
        digest=sha256(b"imported file").hexdigest(),
        rows=4,
        taken=2,
        unchanged=1,
        refused=1,
    )
    return dataclasses.replace(event, **changes)


@example
def subject_forgotten(**changes):
    event = events.SubjectForgotten(
        **first("ForgottenSubject", UUID("3d5e0c1a-0005-4000-8000-000000000001"), taipei(12, 31, 10)),
        subject=CONTACT,
        ground="retention ended",
    )
    return dataclasses.replace(event, **changes)
