"""Where nobody has vouched for the log for longer than policy allows, commands are refused, and queries are not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from services.matching.commands import OfferNextPreference, PreferenceEntry
from shared.context import Duty
from shared.health import examine
from shared.oversight import oversee
from shared.principal import Assurance, Principal, Role, process
from shared.processes.reactions import Occasion
from shared.refusals import LogUnsigned
from shared.settings import load
from shared.standings import Alarm
from shared.trouble import TryAgain
from shared.vault.blind_index import Identifier
from shared.vault.errors import KeysUnusable
from tests.controls.applicants import FamilyOf, taipei
from tests.controls.logbook import eventually
from tests.controls.matching_alone import REGISTRY, matching

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from services.matching.bootstrap import MatchingContext
    from shared.application import Outcome
    from shared.settings import Settings
    from tests.servers import PostgresServer

pytestmark = pytest.mark.postgres

NOW = taipei(2, 18, 16, 21)


@pytest.fixture
def settings(postgres_server: PostgresServer, tmp_path: Path) -> Settings:
    return load(
        {
            "CARETRAIL_VAR": str(tmp_path),
            "CARETRAIL_DATABASE_MATCHING": postgres_server.new_database(),
            "CARETRAIL_DATABASE_VAULT": postgres_server.new_database(),
            "CARETRAIL_UNSIGNED_SECONDS": "600",
        }
    )


@pytest.fixture
def context(settings: Settings) -> Iterator[MatchingContext]:
    with matching(settings, clock=lambda: NOW) as context:
        yield context


def submit(context: MatchingContext, number: int) -> Outcome:
    family = FamilyOf(number)
    phone = context.vault.subject_for([Identifier("mobile", family.contact.mobile)])
    parent = Principal(f"parent/{number}", Role.PARENT, frozenset({Assurance.OTP}), subject=phone)
    institution = next(iter(REGISTRY.institutions))
    wish = PreferenceEntry(institution, REGISTRY.doctors_at(institution)[0].number)
    application = replace(family.application(), preferences=(wish,))
    return context.handle(application, parent, f"submitting {number}", NOW)


def signing_check(context: MatchingContext, duty: Duty) -> tuple[bool, bool]:
    """Whether the log is signed as it should be, and whether a process with this duty needs that."""
    [check] = [check for check in examine(context, [duty]).checks if check.name == "signing"]
    return check.is_met, check.needed


def test_commands_are_refused_while_nobody_can_sign_and_go_on_when_somebody_can(context, settings, tmp_path):
    key, elsewhere = settings.checkpoint_key_file, tmp_path / "elsewhere"
    with context.workers([Duty.RELAY]):
        submitted = submit(context, 1)
        eventually(lambda: context.log.head().position)
    signed = context.log.head().position
    assert context.log.unsigned_seconds() == 0
    key.rename(elsewhere)
    with context.workers([Duty.RELAY]):
        submit(context, 2)
        eventually(lambda: context.log.head().position > signed)
    assert context.log.unsigned_seconds() > 0
    with context.database.connect() as connection:
        connection.execute("update relay set signed_at = now() - interval '11 minutes'")

    refusing = replace(context)  # it looks for itself, and does not wait until another look is due
    with pytest.raises(LogUnsigned) as refused:
        submit(refusing, 3)
    assert refused.value.params == {"minutes": 11}
    assert submit(refusing, 1) == submitted
    with pytest.raises(TryAgain):
        refusing.follow_up(OfferNextPreference(uuid4()), process("offers"), Occasion("key", None), context.log)
    assert list(refusing.log.read())
    assert Alarm("commands-refused", "matching") in oversee(refusing).alarms
    assert signing_check(refusing, Duty.RELAY) == (False, True)
    assert signing_check(refusing, Duty.PROJECT) == (False, False)
    with pytest.raises(KeysUnusable):
        refusing.workers([Duty.RELAY])

    elsewhere.rename(key)
    healed = replace(context)
    with healed.workers([Duty.RELAY]):
        eventually(lambda: context.log.unsigned_seconds() == 0)
    assert submit(healed, 3).number
    assert signing_check(replace(context), Duty.RELAY) == (True, True)
