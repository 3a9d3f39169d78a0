"""A doctor with an NHI card: registers it, comes in by it, loses the password; and what others try in their name."""

from datetime import date, timedelta

import pytest

from services.identity import commands
from services.identity.application.accounts.opening import Arrival, open_session
from services.identity.application.capacities import of_person
from services.identity.application.capacities.sources import source_of_person
from services.identity.commands import NhiPurpose
from services.identity.domain.nhi_cards.refusals import NhiNotAccepted
from services.identity.events import LoginRefused, Proof
from shared.principal import Assurance
from shared.vault.blind_index import Identifier
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR
from tests.integration.identity.accounts.door import HOME, OPERATOR

IDENTIFIER = "F100000015"
MOBILE = "0922333444"
CARD = "000012345678"
NEW_CARD = "000087654321"
BORN_ON = date(1980, 5, 17)
NOBODYS_IDENTIFIER = "M123456789"
OTHER_IDENTIFIER = "A123456789"
OTHER_MOBILE = "0955666777"
PASSWORD = "seven herons on a wet roof"
NEW_PASSWORD = "and an eighth one in the pond"


class Doctor:
    """Asks at the door as the doctor would, or as somebody who has learnt a part of it."""

    def __init__(self, door):
        self.door = door
        door.institution()
        self.enter(mobile=MOBILE)

    def enter(self, **changes):
        """The register's entry, with these changes."""
        entry = {
            "practitioner": BANQIAO_DOCTOR,
            "name": "陳安康",
            "profession": "A",
            "identifier": IDENTIFIER,
            "institution": BANQIAO_CLINIC,
        }
        return self.door.give(commands.RecordPractitioner(**{**entry, **changes}), OPERATOR)

    def colleague(self):
        """Another doctor of the clinic, who has a phone of their own."""
        self.enter(practitioner="D0000077", name="李同事", identifier=OTHER_IDENTIFIER, mobile=OTHER_MOBILE)

    # Step by step -------------------------------------------------------------------------------------------------

    def ask_code(self, purpose=NhiPurpose.LOG_IN, identifier=IDENTIFIER, mobile=MOBILE, client=HOME, **more):
        """The token of the attempt."""
        return self.door.ask(commands.AskNhiCode(purpose, identifier, mobile, client, **more)).attempt

    def verify(self, attempt, code=None, client=HOME):
        """The token of the proof."""
        sent = self.door.sms() if code is None else code
        return self.door.ask(commands.VerifyNhiCode(attempt, sent, client)).proof

    def proof(self, purpose=NhiPurpose.LOG_IN):
        """The same in one go."""
        return self.verify(self.ask_code(purpose))

    def later_proof(self, purpose=NhiPurpose.LOG_IN):
        """The same, once another code may be asked for."""
        self.door.wait(timedelta(minutes=1))
        return self.proof(purpose)

    def register(self, proof="", client=HOME, **changes):
        entered = {"identifier": IDENTIFIER, "card_number": CARD, "born_on": BORN_ON, "password": PASSWORD, **changes}
        return self.door.ask(commands.RegisterNhiCard(**entered, client=client, proof=proof))

    def by_card(self, password=PASSWORD, card=CARD, identifier=IDENTIFIER, client=HOME, question=None):
        return self.door.ask(commands.LogInByNhiCard(identifier, card, password, client, question))

    def by_number(self, proof, card=CARD, client=HOME):
        return self.door.ask(commands.LogInByNhiNumber(proof, card, client))

    def set_password(self, proof, card=CARD, password=NEW_PASSWORD, client=HOME):
        return self.door.ask(commands.SetNhiPassword(proof, card, password, client))

    def by_pin(self, *, assurance=Assurance.CARD_PIN, subject=None):
        """A session of the personnel card and its PIN; or of whoever else, by whatever else."""
        desk, now = self.door.identity.desk, self.door.now
        who = subject or self.subject
        proof = Proof(assurance, f"card/{who}")
        arrival = Arrival(of_person(desk, who, now).held[0], (proof,), HOME, via=(source_of_person(who),))
        return open_session(desk, arrival, now)

    @property
    def subject(self):
        return self.door.vault.find(Identifier("national_id", IDENTIFIER))

    def refused(self, trouble, ask, refusal=NhiNotAccepted):
        """Asked for, it is refused in the one way, and the log has this reason; the answer is what was said."""
        with pytest.raises(refusal) as said:
            ask()
        assert self.door.last(LoginRefused).reason == trouble
        return str(said.value)

    # Stories ------------------------------------------------------------------------------------------------------

    def registered(self):
        """The card is registered, and the next code may be asked for."""
        self.register(self.proof(NhiPurpose.REGISTER))
        self.door.wait(timedelta(hours=1))
        return self
