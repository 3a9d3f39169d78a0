"""One canonical example of every event of an organisation's users: a clinic's manager, a user, and a service.

`EXAMPLES` has every builder by event type.
"""

from __future__ import annotations

import dataclasses
from datetime import date
from uuid import UUID

from services.identity import events
from services.identity.domain.organisations.organisation import organisation_id
from shared.principal import Service
from shared.sealing import SubjectId
from tests.controls.family import BANQIAO_CLINIC, sealed, taipei

EXAMPLES = {}
"""Builders by event type."""

MANAGER = SubjectId(UUID("5b7ec700-0007-4000-8000-000000000001"))
USER = SubjectId(UUID("5b7ec700-0007-4000-8000-000000000002"))
CLINIC = f"institution/{BANQIAO_CLINIC}"
CENTRE = "centre/新北市"
COUNTY = "新北市"
MANAGERS_IDENTITY = events.MemberIdentity("林護理", "A200000011", "0911222333")
USERS_IDENTITY = events.MemberIdentity("張書記", "B100000013")
SINCE = date(2025, 2, 18)
UNTIL = date(2025, 12, 31)
NAMED_AT = taipei(2, 18, 10)
ADDED_AT = taipei(2, 18, 11)
GRANTED_AT = taipei(2, 18, 11, 5)
REVOKED_AT = taipei(3, 3, 9)
REMOVED_AT = taipei(3, 4, 9)


def example(builder):
    """Enter a builder under the type of what it builds."""
    EXAMPLES[builder().TOPIC] = builder
    return builder


def _next(version, at, organisation):
    placed = {"originator_id": organisation_id(organisation), "originator_version": version, "timestamp": at}
    return {**placed, "organisation": organisation}


@example
def organisation_opened(organisation=CLINIC):
    return events.OrganisationOpened(
        originator_id=organisation_id(organisation),
        originator_version=1,
        timestamp=NAMED_AT,
        originator_topic="identity.Organisation",
        organisation=organisation,
    )


@example
def manager_named(organisation=CLINIC, version=2, at=NAMED_AT, **changes):
    event = events.ManagerNamed(
        **_next(version, at, organisation),
        county=COUNTY,
        subject=MANAGER,
        person=sealed(MANAGER, MANAGERS_IDENTITY),
        since=SINCE,
        until=None,
    )
    return dataclasses.replace(event, **changes)


@example
def manager_removed(organisation=CLINIC, version=7, at=REMOVED_AT, subject=MANAGER):
    return events.ManagerRemoved(**_next(version, at, organisation), subject=subject)


@example
def user_added(organisation=CLINIC, version=3, at=ADDED_AT, **changes):
    event = events.UserAdded(
        **_next(version, at, organisation),
        county=COUNTY,
        subject=USER,
        person=sealed(USER, USERS_IDENTITY),
        since=SINCE,
        until=UNTIL,
    )
    return dataclasses.replace(event, **changes)


@example
def user_removed(organisation=CLINIC, version=6, at=REMOVED_AT, subject=USER):
    return events.UserRemoved(**_next(version, at, organisation), subject=subject)


@example
def service_granted(organisation=CLINIC, version=4, at=GRANTED_AT, **changes):
    event = events.ServiceGranted(
        **_next(version, at, organisation),
        subject=USER,
        service=Service.REFERRAL_ACCEPTANCE,
        since=SINCE,
        until=UNTIL,
    )
    return dataclasses.replace(event, **changes)


@example
def service_revoked(organisation=CLINIC, version=5, at=REVOKED_AT, subject=USER, service=Service.REFERRAL_ACCEPTANCE):
    return events.ServiceRevoked(**_next(version, at, organisation), subject=subject, service=service)
