"""Matching put together: what people do sets off what the platform does, and the trail between the two is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

import msgspec
import pytest

from services.matching.commands import DeclineOffer, OfferNextPreference, PreferenceEntry
from services.matching.domain.refusals import CaseBusy, CaseUnknown
from services.matching.events import DeclineReason
from shared.application.forgetting import FORGOTTEN
from shared.events import event_name
from shared.principal import Assurance, Principal, Role, process
from shared.processes.reactions import Occasion
from shared.settings import load
from shared.trouble import TryAgain
from shared.vault.blind_index import Identifier
from tests.controls.applicants import FamilyOf, taipei
from tests.controls.matching_alone import REGISTRY, matching

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from services.matching.bootstrap import MatchingContext
    from shared.settings import Settings
    from tests.servers import PostgresServer

pytestmark = pytest.mark.postgres

NOW = taipei(2, 18, 16, 21)


class Attributes(msgspec.Struct):
    correlationid: str
    causationid: str


class Trail(NamedTuple):
    position: int
    correlation: str = ""
    causation: str = ""


NOTHING = Trail(0)


@pytest.fixture
def settings(postgres_server: PostgresServer, tmp_path: Path) -> Settings:
    return load(
        {
            "CARETRAIL_VAR": str(tmp_path),
            "CARETRAIL_DATABASE_MATCHING": postgres_server.new_database(),
            "CARETRAIL_DATABASE_VAULT": postgres_server.new_database(),
        }
    )


@pytest.fixture
def context(settings: Settings) -> Iterator[MatchingContext]:
    with matching(settings, clock=lambda: NOW) as context:
        yield context


def published(context: MatchingContext) -> dict[str, Trail]:
    """The trail of the last event of each name."""
    found = {}
    for page in context.log.read():
        for position, row in enumerate(page.rows, page.first):
            attributes = msgspec.json.decode(b"{" + row[4][1:] + b"}", type=Attributes)
            found[event_name(row[0])] = Trail(position, attributes.correlationid, attributes.causationid)
    return found


def doctor_of(institution: str) -> str:
    return REGISTRY.doctors_at(institution)[0].number


def test_what_follows_from_an_event_names_it_and_belongs_to_the_same_request(context: MatchingContext):
    first, second = list(REGISTRY.institutions)[:2]
    family = FamilyOf(1)
    application = replace(
        family.application(),
        preferences=tuple(PreferenceEntry(code, doctor_of(code)) for code in (first, second)),
    )
    phone = context.vault.subject_for([Identifier("mobile", family.contact.mobile)])
    parent = Principal("parent/1", Role.PARENT, frozenset({Assurance.OTP}), subject=phone)
    doctor = Principal(
        "doctor/1",
        Role.DOCTOR,
        frozenset({Assurance.PASSWORD}),
        institution=first,
        acts_for=frozenset({doctor_of(first)}),
    )
    with context.workers() as workers:
        case = context.handle(application, parent, "the request", NOW)
        context.handle(DeclineOffer(case.id, 1, DeclineReason.CAPACITY_FULL, "收案員額已滿"), doctor, "the answer", NOW)
        answered, told = NOTHING, dict[str, Trail]()
        while answered == NOTHING or told["PreferenceOffered"] < answered:
            told = published(context)
            answered = told.get("InstitutionDeclined", NOTHING)
            assert not workers.wait(0.05)
    declined, offered = told["InstitutionDeclined"], told["PreferenceOffered"]
    assert declined.correlation == offered.correlation == "the answer"
    assert offered.causation == f"matching/{declined.position}"


def test_at_its_start_the_log_is_told_whom_the_vault_has_forgotten(settings: Settings):
    with matching(settings) as context:
        subject = context.vault.subject_for([Identifier("mobile", "0900000001")])
        context.vault.forget(subject, "ordered by a court")  # and there the process died
    for _ in range(2):
        with matching(settings) as context:
            told = context.application.holders(FORGOTTEN, [str(subject)])
            recorded = [fact for record in told.values() for fact in context.application.events.get(record)]
            assert [(fact.subject, fact.ground) for fact in recorded] == [(subject, "ordered by a court")]


class BusyApplication:
    """Somebody is always faster."""

    def handle(self, *_):
        raise CaseBusy


def test_a_process_tries_a_busy_case_again_instead_of_taking_it_for_a_refusal(context: MatchingContext):
    busy = replace(context, application=BusyApplication())
    with pytest.raises(TryAgain):
        busy.follow_up(
            OfferNextPreference(uuid4()), process("offer_next_preference"), Occasion("key", None), context.log
        )


def test_what_a_process_was_refused_is_kept_beside_the_log(context: MatchingContext):
    with pytest.raises(CaseUnknown):
        context.follow_up(
            OfferNextPreference(uuid4()), process("offer_next_preference"), Occasion("a deadline", None), context.log
        )
    [refused] = context.refusals.of_request("a deadline", 10)
    assert (refused.method, refused.code, refused.actor) == (
        "matching.OfferNextPreference",
        "case-unknown",
        "process/offer_next_preference",
    )
