"""Delivering register files: hand over, then record. Whoever dies in between, or is second, repeats without effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from services.support.domain.register_delivery import DailyRegister, DeliveryState, NotDelivered, NotWaiting
from shared.milestones import unwatched
from shared.principal import process
from shared.store.append import Cause
from shared.store.errors import VersionConflict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from uuid import UUID

    from services.support.application.supporting import Supporting
    from services.support.domain.register_delivery import Drop
    from services.support.domain.register_file import RegisterFile
    from shared.milestones import Milestone

    Due = Callable[[datetime], Sequence[UUID]]
    """Files that may have to be delivered at a moment, in their order."""
    MadeAgain = Callable[[DailyRegister], RegisterFile]
    """The bytes of a file, from events alone."""

_SENDER = process("deliver_register_files")

_log = structlog.get_logger()


class RegisterDispatcher:
    """Delivers the files that are due; any number of them may work at once, in any number of processes."""

    def __init__(  # noqa: PLR0913 - its parts; the last two with defaults
        self,
        supporting: Supporting,
        drop: Drop,
        due: Due,
        made_again: MadeAgain,
        clock: Callable[[], datetime],
        *,
        told: Callable[[], object] = lambda: None,
        milestone: Milestone = unwatched,
    ) -> None:
        """`told` is called when there is something new in the log. Milestones: before and after handing over."""
        self._supporting = supporting
        self._drop = drop
        self._due = due
        self._made_again = made_again
        self._clock = clock
        self._told = told
        self._milestone = milestone

    def step(self) -> int:
        """Deliver what is due now; answers of how many files the log tells something new."""
        return sum(self._deliver(file_id) for file_id in self._due(self._clock()))

    def _deliver(self, file_id: UUID) -> bool:
        register = self._supporting.load(DailyRegister, file_id)
        if register.state is not DeliveryState.WAITING:
            return False  # the rows lag
        file = self._made_again(register)
        self._milestone("before-delivering")
        try:
            try:
                receipt = self._drop.deliver(file)
            except NotDelivered as fault:
                _log.warning("register_file_not_delivered", file=file.name, fault=fault.fault.value, cause=str(fault))
                register.not_delivered(fault.fault, self._clock())
            else:
                self._milestone("after-delivering")
                register.delivered(receipt, self._clock())
        except NotWaiting:
            return False
        return self._append(register)

    def _append(self, register: DailyRegister) -> bool:
        """Store what came of it; False where somebody else was faster."""
        policy = self._supporting.policy_version(self._clock())
        cause = Cause(principal=_SENDER, correlation_id=register.stream_subject, policy_version=policy)
        try:
            self._supporting.append(register, cause=cause)
        except VersionConflict:
            return False
        self._told()
        return True
