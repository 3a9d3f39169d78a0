"""Who is told and how places are called, from rows that must not be read before they know what had happened."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from services.identity import events as identity
from services.notifier.bootstrap import notifier_in
from services.notifier.read_models.addresses import Addresses
from services.notifier.read_models.known_institutions import KnownInstitutions
from services.notifier.read_models.known_practitioners import KnownPractitioners
from shared.context import Context, Duty, foundation
from shared.installation import installation
from shared.principal import Role
from shared.read_models.rebuild import rebuild
from shared.store.application import StoredApplication
from shared.trouble import TryAgain
from tests.controls import registry
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR
from tests.controls.logbook import eventually
from tests.integration.notifier.test_bootstrap import House, account

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.postgres

DOCTOR = identity.Rights(Role.DOCTOR, BANQIAO_CLINIC, (BANQIAO_DOCTOR,))
MANAGER = identity.Rights(Role.CASE_MANAGER, BANQIAO_CLINIC, ("DR-000999",))
OFFICER = identity.Rights(Role.BUREAU_OFFICER, jurisdiction="新北市")
INSURER = identity.Rights(Role.INSURER_OFFICER, jurisdiction="新北市")


@pytest.fixture
def followed(settings) -> Iterator[House]:
    """The notifier, whose rows nobody has made, and identity's log with a clinic, its accounts and a bureau's."""
    with ExitStack() as closing:
        place = closing.enter_context(installation(settings))
        logs = {}
        for name in ("matching", "identity"):
            base = closing.enter_context(foundation(place, name))
            logs[name] = StoredApplication(base.database)
            closing.callback(logs[name].close)
        identitys = Context(**vars(base), application=logs["identity"], model_types=(), process_types=())
        notifier = closing.enter_context(notifier_in(place))
        house = House(place, notifier, logs)
        closing.callback(house.reader.close)
        for number, rights in enumerate((DOCTOR, MANAGER, OFFICER, INSURER)):
            house.write("identity", *account(house, f"{number}@example.tw", rights))
        house.write("identity", *account(house, "invited@example.tw", DOCTOR, active=False))
        for name in ("InstitutionRegistered", "PractitionerRegistered"):
            house.write("identity", registry.EXAMPLES[f"identity.{name}.v1"]())
        with identitys.workers([Duty.RELAY]):
            eventually(lambda: notifier.logs["identity"].head().position == 11)
        yield house


def made(house, *models):
    for model in models:
        rebuild(model(house.place.vault), house.notifier.database, house.notifier.logs["identity"])


def addresses_of(house, boxes):
    return [house.place.vault.open(box.holder, identity.AccountHolder).email for box in boxes]


def test_rows_that_are_behind_are_waited_for_instead_of_telling_nobody(followed):
    book = followed.notifier.application.desk.addresses

    with pytest.raises(TryAgain, match="addresses has not read identity's events up to 11 yet"):
        book.of_bureau("新北市")
    made(followed, Addresses)
    assert addresses_of(followed, book.of_bureau("新北市")) == ["2@example.tw"]
    assert book.of_bureau("臺北市") == []


def test_the_accounts_that_act_for_the_doctor_are_told_or_all_of_the_institution(followed):
    made(followed, Addresses)
    book = followed.notifier.application.desk.addresses

    assert addresses_of(followed, book.of_institution(BANQIAO_CLINIC, BANQIAO_DOCTOR)) == ["0@example.tw"]
    everybody = addresses_of(followed, book.of_institution(BANQIAO_CLINIC, "DR-777777"))
    assert sorted(everybody) == ["0@example.tw", "1@example.tw"]


def test_institutions_and_doctors_are_called_by_name_or_by_their_number(followed):
    made(followed, KnownInstitutions, KnownPractitioners)
    directory = followed.notifier.application.desk.directory
    practitioner = registry.EXAMPLES["identity.PractitionerRegistered.v1"]()

    assert directory.institution(BANQIAO_CLINIC).name == registry.PROFILE.name
    assert directory.institution("3501180055").name == "3501180055"
    assert directory.doctor(practitioner.practitioner) == practitioner.name
    assert directory.doctor("DR-777777") == "DR-777777"
