"""Licences that end: told thirty days before and after the last day, and not where another holds longer."""

from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace

from services.identity.commands import ExpireLicence, WarnOfExpiringLicence
from services.identity.processes.expire_licences_after_a_warning import ExpireLicencesAfterAWarning
from tests.controls.family import BANQIAO_DOCTOR
from tests.controls.registry import LICENCE, licence_expired, licence_expiring, licence_recorded

WARNED_AT = datetime(2026, 5, 30, 16, tzinfo=UTC)
EXPIRED_AT = datetime(2026, 6, 30, 16, tzinfo=UTC)
LONGER = replace(LICENCE, number="醫執字第0099999號", valid_until=date(2028, 6, 30))
SHORTER = replace(LICENCE, number="醫執字第0000001號", valid_until=date(2025, 6, 30))


def seen(*events):
    process, row = ExpireLicencesAfterAWarning(), None
    for event in events:
        [key] = process.keys(event)
        row = process.evolve(key, row, event)
    return row


def asked(row, now):
    return list(ExpireLicencesAfterAWarning().expire((BANQIAO_DOCTOR,), row, now))


def test_a_licence_is_warned_of_thirty_days_before_its_last_day():
    row = seen(licence_recorded())
    assert row.next_at == WARNED_AT
    assert asked(row, WARNED_AT) == [WarnOfExpiringLicence(BANQIAO_DOCTOR, LICENCE.number)]


def test_a_licence_that_was_warned_of_expires_after_its_last_day():
    row = seen(licence_recorded(), licence_expiring())
    assert row.next_at == EXPIRED_AT
    assert asked(row, EXPIRED_AT) == [ExpireLicence(BANQIAO_DOCTOR, LICENCE.number)]
    assert seen(licence_recorded(), licence_expiring(), licence_expired()).next_at is None


def test_a_licence_that_was_over_when_it_was_recorded_needs_no_warning():
    assert asked(seen(licence_recorded()), EXPIRED_AT) == [ExpireLicence(BANQIAO_DOCTOR, LICENCE.number)]


def test_a_licence_without_end_is_never_told_of():
    assert seen(licence_recorded(licence=replace(LICENCE, valid_until=None))).next_at is None


@pytest.mark.parametrize("since", [(), (licence_expiring(),), (licence_expiring(), licence_expired())])
def test_a_longer_licence_begins_anew_and_a_shorter_one_changes_nothing(since):
    before = seen(licence_recorded(), *since)
    assert seen(licence_recorded(), *since, licence_recorded(licence=SHORTER)).next_at == before.next_at
    assert seen(licence_recorded(), *since, licence_recorded(licence=LONGER)).next_at == datetime(
        2028, 5, 30, 16, tzinfo=UTC
    )
