"""The people of a story who come to the door with cards of a simulated PKI."""

from __future__ import annotations

from datetime import timedelta

from operate.rehearsal.pki import YEAR, agency, citizen, institution, personnel
from services.identity import commands
from services.identity.application.accounts.taking_capacities import own_capacities
from services.identity.events import InstitutionKind, LoginRefused
from shared.cards.evidence import Evidence
from shared.cards.profiles import CardKind
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, DAAN_CLINIC
from tests.integration.identity.accounts.door import HOME, OPERATOR, Door

SITE = "https://kids.example.tw"
DOCTORS_NAME, DOCTORS_ID = "陳安康", "F100000015"
DOCTORS_SERIAL = "0000000112345678"
CLINICS_SERIAL = "0000000298765432"
CENTRES_SERIAL = "0000000300000001"
CITIZENS_SERIAL = "1234567890123456"


class Lists:
    """Revocation lists, as the CAs sign them at the moment at which they are asked for."""

    def __init__(self, pki):
        self._pki = pki
        self.stands_still_at = None
        """From then on no newer list is had."""
        self.says = None
        """What is had instead of lists."""

    def evidence(self, _link, anchor, at):
        if self.says is not None:
            return self.says
        signed_at = (self.stands_still_at or at) - timedelta(minutes=1)
        issuer = next(one for one in self._pki.issuers if one.certificate == anchor.certificate)
        return Evidence(lists=(issuer.revocation_list(signed_at),))


class CardDoor(Door):
    """A door before which people have cards."""

    def __init__(self, *parts):
        *rest, self.pki, self.lists = parts
        super().__init__(*rest)

    # The register ----------------------------------------------------------------------------------------------

    def other_institution(self):
        """大安診所, of another county."""
        self.give(
            commands.RecordInstitution(
                institution=DAAN_CLINIC,
                name="大安診所",
                kind=InstitutionKind.CLINIC,
                county="臺北市",
                district="大安區",
                street="復興南路1號",
                departments=("04",),
            ),
            OPERATOR,
        )

    def issuer_of(self, kind):
        """The name of who issues such a card, as its list writes it."""
        return self.pki.issuer(kind).certificate.subject.rfc4514_string()

    def register(self, kind, serial, holder, caller=OPERATOR):
        return self.give(commands.RegisterCard(kind, self.issuer_of(kind), serial, holder), caller)

    def doctors_entry(self):
        return self.register(CardKind.PERSONNEL, DOCTORS_SERIAL, BANQIAO_DOCTOR)

    def clinics_entry(self):
        return self.register(CardKind.INSTITUTION, CLINICS_SERIAL, BANQIAO_CLINIC)

    # Cards -----------------------------------------------------------------------------------------------------

    def issue(self, kind, profile):
        """A card that holds from last year to next year."""
        return self.pki.issuer(kind).issue(profile, self.now - YEAR, self.now + YEAR)

    def doctors_card(self, name=DOCTORS_NAME, serial=DOCTORS_SERIAL):
        return self.issue(CardKind.PERSONNEL, personnel(name, serial))

    def clinics_card(self):
        return self.issue(CardKind.INSTITUTION, institution("板橋安康小兒科診所", CLINICS_SERIAL))

    def centres_card(self):
        return self.issue(CardKind.GOVERNMENT, agency("新北市政府長期照顧中心", CENTRES_SERIAL))

    def citizens_card(self, name=DOCTORS_NAME, last_four=DOCTORS_ID[-4:], serial=CITIZENS_SERIAL):
        return self.issue(CardKind.CITIZEN, citizen(name, serial, last_four))

    # At the door -----------------------------------------------------------------------------------------------

    def nonce(self, session="", client=HOME):
        return self.ask(commands.AskCardNonce(client, session))

    def sign(self, card, given, origin=SITE):
        """The token that the agent makes for this card."""
        return card.token(origin, given.nonce)

    def come_in(self, card, client=HOME, identifier=""):
        given = self.nonce(client=client)
        return self.show(given.attempt, self.sign(card, given), client, identifier)

    def show(self, attempt, token, client=HOME, identifier=""):
        return self.ask(commands.LogInByCard(attempt, token, client, identifier))

    def prove(self, signed_in, card):
        given = self.nonce(signed_in.session)
        command = commands.ProveCard(signed_in.session, given.attempt, self.sign(card, given), HOME)
        return self.ask(command, self.who(signed_in))

    def bind(self, signed_in, card):
        given = self.nonce(signed_in.session)
        command = commands.BindCard(signed_in.session, given.attempt, self.sign(card, given), HOME)
        return self.ask(command, self.who(signed_in))

    def take(self, signed_in, capacity):
        return self.ask(commands.TakeCapacity(signed_in.session, capacity, HOME), self.who(signed_in))

    def capacities(self, signed_in):
        return own_capacities(self.identity.desk, signed_in.session, self.now)

    def reason(self):
        """Why the last log-in was refused, as the log has it."""
        return self.last(LoginRefused).reason
