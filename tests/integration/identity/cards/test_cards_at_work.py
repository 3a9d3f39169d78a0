"""Identity as composed from settings, with the CAs in a folder: cards let in, and processes let out."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from operate.rehearsal.pki import YEAR, Pki, personnel
from services.identity import commands
from services.identity.bootstrap import identity_in
from services.identity.commands import Client
from services.identity.domain.cards import refusals
from services.identity.events import CardEnd, InstitutionKind, StandingReason
from services.identity.read_models.personnel import Personnel, own_record, personnel_of, practitioner
from shared.cards.profiles import CardKind
from shared.installation import installation
from shared.principal import VISITOR, Assurance, Principal, Role
from shared.settings import SettingRefused, load
from shared.transport.inproc import KombuChannel
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, DAAN_CLINIC, taipei

pytestmark = pytest.mark.postgres
HOME = Client("203.0.113.7", "Firefox/140.0 Windows")
OPERATOR = Principal("operator/1", Role.OPERATOR, frozenset({Assurance.PASSWORD}))
NOW = taipei(2, 18, 10)
SITE = "https://kids.example.tw"
SERIAL = "0000000112345678"


class House:
    """Identity with everybody at work in it."""

    def __init__(self, settings, closing):
        self.now = NOW
        place = closing.enter_context(installation(settings))
        self.identity = closing.enter_context(identity_in(place, lambda: self.now))
        self.workers = closing.enter_context(self.identity.workers())
        self.reader = self.identity.reader(Personnel)
        closing.callback(self.reader.close)
        self._given = 0

    def give(self, command):
        self._given += 1
        return self.identity.handle(command, OPERATOR, f"test/{self._given}", self.now)

    def ask(self, command):
        return self.identity.front_desk.handle(command, VISITOR, self.now)

    def come_in(self, card):
        given = self.ask(commands.AskCardNonce(HOME))
        return self.ask(commands.LogInByCard(given.attempt, card.token(SITE, given.nonce), HOME))

    def who(self, signed_in):
        return self.identity.front_desk.check(signed_in.session, self.now).principal

    def is_out(self, signed_in):
        [known] = self.ask(commands.CheckSessions((signed_in.session,))).known
        return known is None

    def until(self, is_so):
        while not is_so():
            assert not self.workers.wait(0.02)


@pytest.fixture(scope="module")
def hca():
    """The CA of personnel."""
    return Pki(NOW - 2 * YEAR).issuer(CardKind.PERSONNEL)


@pytest.fixture
def settings(postgres_server, tmp_path):
    dsn, vault = postgres_server.new_database(), postgres_server.new_database()
    databases = {"CARETRAIL_DATABASE_IDENTITY": dsn, "CARETRAIL_DATABASE_VAULT": vault}
    yield load({"CARETRAIL_VAR": str(tmp_path), "CARETRAIL_SITE": SITE, **databases})
    postgres_server.drop_database(dsn)
    postgres_server.drop_database(vault)


@pytest.fixture
def house(settings, hca):
    folder = settings.card_anchors / "personnel"
    folder.mkdir(parents=True)
    (folder / "hca.pem").write_bytes(hca.certificate.public_bytes(Encoding.PEM))
    (folder / "hca.crl").write_bytes(hca.revocation_list(NOW - timedelta(minutes=1)))
    # The queues of this process outlive an installation, and another one's messages are from another log.
    KombuChannel.queues.clear()
    with ExitStack() as closing:
        yield House(settings, closing)


@pytest.fixture
def card(house, hca):
    """The card of a practitioner, registered."""
    house.give(commands.RecordInstitution(BANQIAO_CLINIC, "安康診所", InstitutionKind.CLINIC, "新北市"))
    house.give(commands.RecordPractitioner(BANQIAO_DOCTOR, "陳安康", "A", "F100000015", BANQIAO_CLINIC))
    issuer = hca.certificate.subject.rfc4514_string()
    house.entry = house.give(commands.RegisterCard(CardKind.PERSONNEL, issuer, SERIAL, BANQIAO_DOCTOR)).id
    return hca.issue(personnel("陳安康", SERIAL), NOW - YEAR, NOW + YEAR)


def test_a_practitioner_is_let_in_by_the_folder_s_ca_and_out_when_the_register_says_so(house, card):
    signed_in = house.come_in(card)
    assert house.who(signed_in).acts_for == {BANQIAO_DOCTOR}
    house.give(commands.SuspendPractitioner(BANQIAO_DOCTOR, NOW.date(), StandingReason.ORDERED))
    house.until(lambda: house.is_out(signed_in))
    with pytest.raises(refusals.PractitionerIsSuspended):
        house.come_in(card)


def test_a_suspension_that_lies_ahead_ends_sessions_on_its_day(house, card):
    house.now += timedelta(hours=13, minutes=50)
    first = house.now.date() + timedelta(days=1)
    house.give(commands.SuspendPractitioner(BANQIAO_DOCTOR, first, StandingReason.ORDERED))
    signed_in = house.come_in(card)
    house.now += timedelta(minutes=10)
    house.until(lambda: house.is_out(signed_in))


def test_a_list_that_is_out_of_date_lets_nobody_in(house, card):
    house.now += timedelta(days=2)
    with pytest.raises(refusals.CardNotAccepted):
        house.come_in(card)


def test_a_withdrawn_card_is_out_and_the_log_says_so_by_itself(house, card):
    signed_in = house.come_in(card)
    house.give(commands.WithdrawCard(house.entry, CardEnd.LOST))
    assert house.is_out(signed_in)
    house.until(lambda: "identity.SessionClosed.v1" in logged(house))


def logged(house):
    with house.identity.database.connect(name="test") as connection:
        return [type_name for (type_name,) in connection.execute("select type from event")]


def test_a_practitioner_sees_the_own_entry_and_an_institution_its_own_staff_alone(house, card):
    house.give(commands.RecordInstitution(DAAN_CLINIC, "大安診所", InstitutionKind.CLINIC, "臺北市"))
    house.give(commands.RecordPractitioner("Z9999999", "林明", "A", "A123456789", DAAN_CLINIC))
    me = house.who(house.come_in(card))
    house.until(lambda: own_record(house.reader, me) is not None)
    assert own_record(house.reader, me).name == "陳安康"
    proofs = frozenset({Assurance.CARD_PIN})
    clinic = Principal(f"institution/{DAAN_CLINIC}", Role.INSTITUTION, proofs, institution=DAAN_CLINIC)
    house.until(lambda: personnel_of(house.reader, clinic, DAAN_CLINIC).entries)
    assert [row.name for row in personnel_of(house.reader, clinic, DAAN_CLINIC).entries] == ["林明"]
    assert personnel_of(house.reader, clinic, BANQIAO_CLINIC).entries == ()
    assert practitioner(house.reader, clinic, BANQIAO_DOCTOR) is None
    assert practitioner(house.reader, clinic, "Z9999999").name == "林明"


def test_without_a_folder_no_card_is_let_in_and_a_folder_of_something_else_is_told(settings, hca):
    with installation(settings) as place, identity_in(place, lambda: NOW) as identity:
        given = identity.front_desk.handle(commands.AskCardNonce(HOME), VISITOR, NOW)
        token = hca.issue(personnel("陳安康", SERIAL), NOW - YEAR, NOW + YEAR).token(SITE, given.nonce)
        with pytest.raises(refusals.CardNotAccepted):
            identity.front_desk.handle(commands.LogInByCard(given.attempt, token, HOME), VISITOR, NOW)
    (settings.card_anchors / "pets").mkdir(parents=True)
    with installation(settings) as place, pytest.raises(SettingRefused, match="CARETRAIL_CARD_ANCHORS"):
        identity_in(place, lambda: NOW).__enter__()
