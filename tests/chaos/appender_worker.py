"""Processes in which families and clinics give their commands, several at once, and report each answer as it comes."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from services.matching.application import Matching
from services.matching.commands import AcceptOffer, DeclineOffer, PreferenceEntry, SubmitApplication, Withdraw
from services.matching.domain.refusals import CaseEnded, OfferNoLongerOpen, OfferNotYours
from services.matching.events import DeclineReason, WithdrawReason
from shared.calendar import working_calendar
from shared.postgres import DatabaseUnavailable
from shared.principal import Assurance, Principal, Role
from shared.settings import load
from shared.store.errors import ReservationTaken, VersionConflict
from shared.vault.blind_index import Identifier
from tests.chaos.caseload import CALLERS, STANDING, Answered, Deed, Finished, Refused, Unknown
from tests.controls.applicants import FamilyOf
from tests.controls.deaths import die_at
from tests.controls.matching_alone import REGISTRY, matching

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from multiprocessing.connection import Connection
    from uuid import UUID

    from services.matching.bootstrap import MatchingContext
    from services.matching.demonstration.reference_registry import ReferenceRegistry
    from shared.application import Outcome
    from tests.chaos.caseload import Clock, Order, Report

_PAUSE = 0.05


def attend(environment: Mapping[str, str], clock: Clock, orders: Connection, reports: Connection) -> None:
    """Serve families until there are no more orders."""
    with matching(load(environment), clock) as context:
        Callers(context, context.application, orders, reports).work()


def attend_until_death(
    environment: Mapping[str, str], point: str, nth: int, orders: Connection, reports: Connection
) -> None:
    """Serve families, and die the nth time that an append comes to this point."""
    with (
        matching(load(environment), STANDING) as context,
        Matching(
            context.database, context.vault, REGISTRY, working_calendar(), milestone=die_at(point, nth)
        ) as application,
    ):
        Callers(context, application, orders, reports).work()


class Callers:
    """The threads of a process that serve families, one family each at a time."""

    def __init__(
        self, context: MatchingContext, application: Matching, orders: Connection, reports: Connection
    ) -> None:
        self._context = context
        self._application = application
        self._orders = orders
        self._reports = reports
        self._taking = threading.Lock()
        self._reporting = threading.Lock()

    def work(self) -> None:
        with ThreadPoolExecutor(CALLERS) as pool:
            for caller in [pool.submit(self._serve) for _ in range(CALLERS)]:
                caller.result()

    def _serve(self) -> None:
        while (order := self._next_order()) is not None:
            while not self._tell(order):
                self._report(Unknown())
            self._report(Finished(order.number))

    def _tell(self, order: Order) -> bool:
        """Give all commands of an order; False where the database went away, and all are to be given again."""
        try:
            Story(order, self._context, self._ask).tell()
        except DatabaseUnavailable:
            return False
        return True

    def _ask(self, key: str, command: object, principal: Principal) -> Outcome | None:
        """The answer to a command, given again while it comes too early; None where it comes too late."""
        while True:
            try:
                outcome = self._application.handle(command, principal, key, self._context.clock())
            except (OfferNotYours, VersionConflict, ReservationTaken):
                threading.Event().wait(_PAUSE)
            except (OfferNoLongerOpen, CaseEnded) as refusal:
                self._report(Refused(key, refusal.code))
                return None
            else:
                self._report(Answered(key, outcome))
                return outcome

    def _next_order(self) -> Order | None:
        with self._taking:
            try:
                order: Order = self._orders.recv()
            except EOFError:
                return None
        return order

    def _report(self, report: Report) -> None:
        with self._reporting:
            self._reports.send(report)


class Story:
    """What one family and its clinics do, the same each time it is told: every second child is still expected."""

    def __init__(
        self,
        order: Order,
        context: MatchingContext,
        ask: Callable[[str, object, Principal], Outcome | None],
    ) -> None:
        self._order = order
        self._family = FamilyOf(order.number)
        self._vault = context.vault
        self._wishes = wishes_of(order.number, REGISTRY)
        self._ask = ask

    def tell(self) -> None:
        parent = self._parent()
        submitted = self._ask(self._order.key(0), self._application(), parent)
        answer = submitted
        for rank, deed in enumerate(self._order.deeds, 1):
            if submitted is not None and answer is not None:
                principal = parent if deed == Deed.WITHDRAW else self._doctor(rank)
                answer = self._ask(self._order.key(rank), _command(deed, submitted.id, rank), principal)

    def _application(self) -> SubmitApplication:
        child = self._family.expected if self._order.number % 2 else self._family.child
        return self._family.application(child=child, preferences=self._wishes)

    def _parent(self) -> Principal:
        subject = self._vault.subject_for([Identifier("mobile", self._family.contact.mobile)])
        return Principal(f"parent/{self._order.number}", Role.PARENT, frozenset({Assurance.OTP}), subject=subject)

    def _doctor(self, rank: int) -> Principal:
        wish = self._wishes[rank - 1]
        proof = frozenset({Assurance.PASSWORD})
        return Principal(
            f"doctor/{wish.doctor}",
            Role.DOCTOR,
            proof,
            institution=wish.institution,
            acts_for=frozenset({wish.doctor}),
        )


def wishes_of(number: int, registry: ReferenceRegistry) -> tuple[PreferenceEntry, ...]:
    """Three hospitals that take part, others for each family, and the first doctor of each."""
    codes = [code for code, facts in registry.institutions.items() if facts.takes_part]
    chosen = [codes[(number + place) % len(codes)] for place in range(3)]
    return tuple(PreferenceEntry(code, registry.doctors_at(code)[0].number) for code in chosen)


def _command(deed: Deed, case_id: UUID, rank: int) -> object:
    match deed:
        case Deed.ACCEPT:
            return AcceptOffer(case_id, rank)
        case Deed.DECLINE:
            return DeclineOffer(case_id, rank, DeclineReason.CAPACITY_FULL, "收案員額已滿")
        case Deed.WITHDRAW:
            return Withdraw(case_id, WithdrawReason.FOUND_OTHERWISE)
