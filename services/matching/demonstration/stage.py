"""Where the story is played: people give the platform's own commands, and what must follow is put down beside."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.matching import commands
from services.matching.demonstration.cast import bureau, parent
from services.matching.domain.policies import policy_in_force
from services.matching.events import IdentifierKind
from services.matching.read_models.family_cases import FamilyCases, cases_of_contact
from shared.rpc.wire import RemoteRefusal
from shared.vault.blind_index import Identifier

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from uuid import UUID

    from services.matching.commands import ChildEntry, ContactEntry, PreferenceEntry
    from services.matching.demonstration.cast import Family
    from services.matching.demonstration.register_desk import RegisterDesk
    from services.matching.demonstration.scene import Scene
    from shared.application import Outcome
    from shared.principal import Principal
    from shared.sealing import SubjectId


@dataclass
class Matter:
    """A case as the story knows it: who is asked at present, and since which working day."""

    family: Family
    contact: ContactEntry
    child: ChildEntry
    choices: tuple[PreferenceEntry, ...]
    id: UUID
    case_no: str
    rank: int = 0
    asked_on: int = 0

    @property
    def asked(self) -> PreferenceEntry:
        """The preference that is asked, or has agreed."""
        return self.choices[self.rank - 1]


class Stage:
    """Carries out what the plots want done, and remembers what every reader must find afterwards."""

    def __init__(self, scene: Scene, register: RegisterDesk, run: int) -> None:
        self.cast = scene.cast
        self.clock = scene.clock
        self.tally = scene.tally
        self.register = register
        self._context = scene.context
        self._company = scene.company
        self._narrator = scene.narrator
        self._run = run
        self._asked = 0
        self._loud: set[int] = set()
        self._leavers = deque(scene.cast.leavers)

    # Who, and what is told of them ---------------------------------------------------------------------------------

    def family(self, kind: IdentifierKind = IdentifierKind.NATIONAL_ID) -> Family:
        """Another family; no run has met it before."""
        return self.cast.family(self._context.application.next_number("demonstration/family"), kind)

    def follow(self, family: Family) -> None:
        """Tell what happens to this family from now on."""
        self._loud.add(family.number)

    def tell(self, family: Family, what: str, **figures: object) -> None:
        """Say it, if this family is followed."""
        if family.number in self._loud:
            self._narrator.tell(what, self.clock.today, family=family.label, **figures)

    def choices(self, family: Family, count: int, *, avoiding: str = "") -> tuple[PreferenceEntry, ...]:
        """Doctors that this family would choose: they, and the bureaus concerned, have their accounts by then."""
        chosen = self.cast.choices(family, count, avoiding=avoiding)
        self._company.employ(bureau(family.residence.county))
        for choice in chosen:
            self._company.employ(self.cast.clinic(choice))
        return chosen

    def leaver(self, family: Family) -> Generator[int, None, PreferenceEntry]:
        """A doctor of a hospital that is to leave while the family waits; as soon as no other family waits for it."""
        while not self._leavers:
            yield 1
        choice = self.cast.choice_at(self._leavers.popleft(), family)
        self._company.employ(self.cast.clinic(choice))
        return choice

    def is_back(self, choice: PreferenceEntry) -> None:
        """Everybody knows by now that this hospital takes part again: it may leave another family."""
        self._leavers.append(choice.institution)

    def phone(self, contact: ContactEntry) -> Principal:
        """Whoever has proved the contact's phone."""
        subject = self._context.vault.subject_for([Identifier("mobile", contact.mobile)])
        self.tally.phones.add(subject)
        person = parent(subject)
        self._company.has_phone(person, contact.mobile)
        return person

    def move_to(self, contact: ContactEntry, matter_id: UUID, owner: Principal) -> None:
        """變更聯絡人 by the family: a code proves the new phone, and then the case or enrolment answers to it."""
        self._company.prove(owner, contact.mobile)
        self.ask(commands.ChangeContact(matter_id, contact), owner)

    def known_by(self, identifier: Identifier) -> SubjectId:
        """The person whom the vault knows by this identifier."""
        return self._context.vault.subject_for([identifier])

    def enrolment_on_paper(self, contact: ContactEntry) -> UUID:
        """The enrolment that a family finds by its phone."""
        reader = self._context.reader(FamilyCases)
        try:
            return next(row.id for row in cases_of_contact(reader, self.phone(contact)) if row.kind is None)
        finally:
            reader.close()

    # What follows by itself ----------------------------------------------------------------------------------------

    def offered(self, matter: Matter) -> None:
        """The next preference of the case is asked now; where none is left it is unmatched."""
        if matter.rank == len(matter.choices):
            self.tally.happened("CaseUnmatched")
            self.tell(matter.family, "unmatched", case_no=matter.case_no)
            return
        matter.rank += 1
        matter.asked_on = self.clock.day_number
        self.tally.happened("PreferenceOffered")
        self.tell(matter.family, "offered", rank=matter.rank, clinic=self.cast.name_of(matter.asked.institution))

    def offer_ended(self, matter: Matter) -> None:
        """The offer is answered or over: it was recalled as often as its days allowed."""
        waited = self.clock.day_number - matter.asked_on
        recalled = sum(days <= waited for days in policy_in_force(self.clock.today).reminder_working_days)
        self.tally.happened("OfferReminded", recalled)
        if recalled:
            self.tell(matter.family, "reminded", times=recalled, clinic=self.cast.name_of(matter.asked.institution))

    def passed_over(self, matter: Matter) -> None:
        """The preference whose turn it is takes part no longer: it is skipped, and the one behind it asked."""
        matter.rank += 1
        self.tally.happened("PreferencePassedOver")
        self.tell(matter.family, "passed_over", rank=matter.rank, clinic=self.cast.name_of(matter.asked.institution))

    # Commands ------------------------------------------------------------------------------------------------------

    def ask(self, command: object, principal: Principal, key: str = "") -> Outcome:
        """Give a command."""
        return self._company.ask(command, principal, key or self._next_key())

    def enter(self, method: str, form: Mapping[str, object], institution: str) -> None:
        """Have the bureau that answers for an institution enter something into the registry."""
        officer = bureau(self.cast.county_of(institution))
        self._company.keep_register(method, form, officer, self._next_key())

    def refused(self, code: str, command: object, principal: Principal) -> None:
        """Give a command that must be refused for this reason."""
        try:
            self.ask(command, principal)
        except RemoteRefusal as refusal:
            codes = [inner.code for inner in refusal.refusals or (refusal,)]
        else:
            codes = ["taken"]
        self.tally.did("refused")
        if codes != [code]:
            self.tally.surprises.append(f"{type(command).__name__} was to be refused as {code}, and was {codes}")

    def _next_key(self) -> str:
        self._asked += 1
        return f"demonstration/{self._run}/{self._asked}"
