"""Everybody who asks something of the platform in the story, and the register that it stands on."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any

from services.matching.demonstration.cast import OPERATOR, bureau, personal_number
from services.matching.demonstration.clock import FIRST_DAY
from services.matching.demonstration.log_ins import LogIns, Way
from services.matching.demonstration.mailbox import Mailboxes
from shared.principal import Role
from shared.rpc.service import method_of
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from services.matching.demonstration.house import House
    from services.matching.demonstration.reference_registry import ReferenceRegistry
    from services.matching.demonstration.tally import Figures
    from services.matching.domain.registry import DoctorFacts, InstitutionFacts
    from shared.application import Outcome
    from shared.principal import Principal
    from shared.rpc.client import Asking

    Form = Mapping[str, Any]

_AT_ONCE = 16
_LOOKS_EVERY = 0.05
_PATIENCE = 60
_ON_ITS_WAY = ("waiting", "sending")
_SINCE = FIRST_DAY.isoformat()
_PROGRAMME = {"programme": "dedicated_doctor", "since": _SINCE}
_TRAINING = {"programme": "dedicated_doctor", "course": "幼兒專責醫師訓練", "credits": 4, "earned_on": _SINCE}
_WAS_RIGHT = frozenset({"institution-not-suspended", "practitioner-not-suspended"})
"""The refusals of a resumption that say that nobody was away."""
_DOCTOR = "A"
"""西醫師, in the list of professions."""
_DOCTORS_NUMBERS = 9_000_000
"""Beyond the personal numbers of the families."""


class Company:
    """Gives the commands of the story, each on behalf of somebody who has come in; staff get an account when needed."""

    def __init__(self, house: House, registry: ReferenceRegistry, run: int) -> None:
        self._client = house.client
        self._clock = house.clock
        self._on_the_machine = house.on_the_machine
        self._log_ins = LogIns(house.client, Mailboxes(house.outbox, house.contexts["matching"].vault), run)
        self._registry = registry
        self._run = run
        self._invited = 0

    def has_phone(self, person: Principal, mobile: str) -> None:
        """A parent comes in by this phone."""
        self._log_ins.has_phone(person, mobile)

    def prove(self, person: Principal, mobile: str) -> None:
        """A parent proves another phone by a code."""
        self._log_ins.prove(person, mobile)

    def employ(self, person: Principal) -> None:
        """Give a member of staff an account, where they have none."""
        if not self._log_ins.knows(person):
            self.open_account(person, _name(person), self._log_ins.new_way())

    def open_account(self, person: Principal, name: str, way: Way) -> None:
        """Give a member of staff an account to come in by this way."""
        self._log_ins.open_account(person, name, way, partial(self._invite, person))

    def ask(self, command: object, person: Principal, key: str) -> Outcome:
        """Give matching a command."""
        asking = self._asking(person)
        self._clock.next_deed()
        return self._client.command(f"matching.{method_of(type(command))}", command, key, asking)

    def enter_register(self, watch: Callable[[int, int], None]) -> int:
        """Have the operator enter every institution and doctor, unless identity knows them; answers how many."""
        if self._is_entered():
            return 0
        known = [facts for facts in self._registry.institutions.values() if facts.county]
        institutions = [_institution(facts) for facts in known]
        doctors = [_doctor(doctor) for facts in known for doctor in self._registry.doctors_at(facts.code)]
        return self.enter(institutions, doctors, watch)

    def enter(
        self, institutions: Sequence[Form], practitioners: Sequence[Form], watch: Callable[[int, int], None]
    ) -> int:
        """Have the operator enter institutions and those who practise there; answers how many."""
        operator = self._asking(OPERATOR)  # in the story all of it is done in a moment
        entries = len(institutions) + len(practitioners)
        done = 0
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            # Who works somewhere can only be entered after the place.
            for method, forms in (("record_institution", institutions), ("record_practitioner", practitioners)):
                for _ in pool.map(partial(self._enter, operator, method), forms):
                    done += 1
                    watch(done, entries)
        return entries

    def keep_register(self, method: str, form: Mapping[str, Any], officer: Principal, key: str) -> None:
        """Have a bureau enter what has become of an institution or a doctor."""
        asking = self._asking(officer)
        self._clock.next_deed()
        self._client.command(f"identity.{method}", form, key, asking)

    def bring_back(self, institutions: Iterable[str]) -> None:
        """Have the operator bring back whoever an interrupted run has let leave, and not come back."""
        today = self._clock.today.isoformat()
        for code in institutions:
            self._put_right("resume_institution", {"institution": code, "since": today})
            self._put_right("join_programme", {"institution": code, **_PROGRAMME})
            for doctor in self._registry.doctors_at(code):
                self._put_right("resume_practitioner", {"practitioner": doctor.number, "since": today})

    def settled_messages(self) -> Figures:
        """How many messages there are, by what became of them, once none is on its way any more."""
        patience = monotonic() + _PATIENCE
        while True:
            asked = {"since": FIRST_DAY.isoformat() + "T00:00:00Z"}
            found = self._client.query("notifier.message_counts", asked, self._asking(OPERATOR)).found
            counts = {counted["status"]: counted["messages"] for counted in found}
            if not any(counts[status] for status in _ON_ITS_WAY) or monotonic() > patience:
                return counts
            threading.Event().wait(_LOOKS_EVERY)

    def _asking(self, person: Principal) -> Asking:
        if person.role is not Role.PARENT:
            self.employ(person)
        return self._log_ins.asking(person)

    def _is_entered(self) -> bool:
        last = [facts.code for facts in self._registry.institutions.values() if facts.county][-1]
        return self._client.query("identity.institution", {"code": last}).found is not None

    def _put_right(self, method: str, form: Mapping[str, Any]) -> None:
        try:
            key = f"demonstration/{self._run}/{method}/{form.get('practitioner') or form['institution']}"
            self._client.command(f"identity.{method}", form, key, self._asking(OPERATOR))
        except RemoteRefusal as refusal:
            if refusal.code not in _WAS_RIGHT:
                raise

    def _enter(self, operator: Asking, method: str, form: Form) -> None:
        key = f"demonstration/register/{form.get('practitioner') or form['institution']}"
        self._client.command(f"identity.{method}", form, key, operator)

    def _invite(self, person: Principal, form: Mapping[str, Any]) -> None:
        self._invited += 1
        key = f"demonstration/{self._run}/invitation/{self._invited}"
        self._client.command("identity.invite_account", form, key, self._inviter(person))

    def _inviter(self, person: Principal) -> Asking:
        """A clinic's people are invited by their bureau, a bureau's by an operator, the operator from the shell."""
        if person.role is Role.OPERATOR:
            return self._on_the_machine()
        if person.role is Role.BUREAU_MANAGER:
            return self._asking(OPERATOR)
        place = self._registry.institution(person.institution or "")
        return self._asking(bureau(place.county if place else ""))


def _institution(facts: InstitutionFacts) -> Form:
    return {
        "institution": facts.code,
        "name": facts.name,
        "kind": "hospital",
        "county": facts.county,
        "programmes": [_PROGRAMME],
    }


def _doctor(doctor: DoctorFacts) -> Form:
    return {
        "practitioner": doctor.number,
        "name": doctor.name,
        "identifier": personal_number("1", _DOCTORS_NUMBERS + int(doctor.number[1:])),
        "profession": _DOCTOR,
        "institution": doctor.institution,
        "since": _SINCE,
        "training": _TRAINING if doctor.training_done else None,
        "programmes": [_PROGRAMME] if doctor.active else [],
    }


def _name(person: Principal) -> str:
    """What an account's holder is called in the story."""
    words = {
        Role.OPERATOR: "系統維運",
        Role.BUREAU_MANAGER: f"{person.jurisdiction}衛生局",
        Role.CASE_MANAGER: "院所個管",
    }
    return words.get(person.role, "院所醫師")
