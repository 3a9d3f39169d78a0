"""An organisation's people: whoever has its card, its manager, a user; and those of other organisations."""

from services.identity import commands
from services.identity.application.accounts.opening import Arrival, open_session
from services.identity.application.capacities import of_person
from services.identity.application.capacities.sources import source_of_person
from services.identity.events import CardHolder, HolderKind, InstitutionKind, Proof
from shared.principal import Assurance, Principal, Role, process
from shared.vault.blind_index import Identifier
from tests.controls.family import BANQIAO_CLINIC, DAAN_CLINIC
from tests.integration.identity.accounts.door import HOME, OPERATOR

CLINIC, OTHER_CLINIC = f"institution/{BANQIAO_CLINIC}", f"institution/{DAAN_CLINIC}"
CENTRE, OTHER_CENTRE = "centre/新北市", "centre/臺北市"
BY_PIN = frozenset({Assurance.CARD_PIN})
CARDS = {
    CLINIC: Principal(CLINIC, Role.INSTITUTION, BY_PIN, institution=BANQIAO_CLINIC),
    OTHER_CLINIC: Principal(OTHER_CLINIC, Role.INSTITUTION, BY_PIN, institution=DAAN_CLINIC),
    CENTRE: Principal(CENTRE, Role.CENTRE, BY_PIN, jurisdiction="新北市"),
    OTHER_CENTRE: Principal(OTHER_CENTRE, Role.CENTRE, BY_PIN, jurisdiction="臺北市"),
}
"""Whoever has come in by the card of each."""
MANAGERS_ID, USERS_ID = "A200000012", "B100000011"
FOLLOWER = process("have_sessions_follow_what_is_granted")


class House:
    """Gives the commands of a story, each by whoever gives it there."""

    def __init__(self, door):
        self.door = door
        door.institution()
        door.give(
            commands.RecordInstitution(
                institution=DAAN_CLINIC,
                name="大安診所",
                kind=InstitutionKind.CLINIC,
                county="臺北市",
                district="大安區",
            ),
            OPERATOR,
        )

    def give(self, command, caller):
        return self.door.give(command, caller)

    def name_manager(self, organisation=CLINIC, caller=None, **changes):
        """The outcome; the card of the organisation itself names its manager."""
        entry = {"organisation": organisation, "identifier": MANAGERS_ID, "name": "林護理", **changes}
        return self.give(commands.NameManager(**entry), caller or CARDS[organisation])

    def add_user(self, organisation=CLINIC, caller=None, **changes):
        entry = {"organisation": organisation, "identifier": USERS_ID, "name": "張書記", **changes}
        return self.give(commands.AddUser(**entry), caller or self.manager(organisation))

    def grant(self, service, organisation=CLINIC, caller=None, member=None, **days):
        command = commands.GrantService(organisation, member or self.subject(USERS_ID), service, **days)
        return self.give(command, caller or self.manager(organisation))

    def revoke(self, service, organisation=CLINIC, caller=None):
        command = commands.RevokeService(organisation, self.subject(USERS_ID), service)
        return self.give(command, caller or self.manager(organisation))

    def staffed(self, organisation=CLINIC):
        """With a manager and a user."""
        self.name_manager(organisation)
        self.add_user(organisation)
        return self

    def subject(self, identifier):
        return self.door.vault.find(Identifier("national_id", identifier))

    def capacities(self, identifier):
        """What this person may be now."""
        return of_person(self.door.identity.desk, self.subject(identifier), self.door.now)

    def capacity(self, identifier, organisation=CLINIC):
        return self.capacities(identifier).of_key(f"member/{organisation}")

    def manager(self, organisation=CLINIC, proofs=BY_PIN):
        """The manager, as the session of a card of their own says."""
        return self.capacity(MANAGERS_ID, organisation).principal(proofs)

    def come_in(self, identifier, organisation=CLINIC, assurance=Assurance.CARD_PIN):
        """A session of this person as one of the organisation's people."""
        source = source_of_person(self.subject(identifier))
        arrival = Arrival(self.capacity(identifier, organisation), (Proof(assurance, "card/1"),), HOME, via=(source,))
        return open_session(self.door.identity.desk, arrival, self.door.now)

    def look_at_sessions_of(self, identifier):
        """As the process asks when something was granted or revoked, and on the days on which it begins and ends."""
        holder = CardHolder(HolderKind.PERSON, str(self.subject(identifier)))
        return self.give(commands.CloseVoidCapacities(holder), FOLLOWER)
