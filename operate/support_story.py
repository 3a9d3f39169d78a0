"""The story of support in the house of the demonstration, and the door of the bureau that decides in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.matching.demonstration.cast import bureau
from services.matching.demonstration.company import Company
from services.matching.demonstration.log_ins import Way
from services.matching.demonstration.present import PASSWORD, Door
from services.matching.demonstration.reference_registry import ReferenceRegistry
from services.support.demonstration.cast import CLINIC, NEW_TAIPEI
from services.support.demonstration.play import play
from shared.calendar import working_calendar

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from services.matching.demonstration.house import House
    from services.matching.demonstration.rest import Rest

_SUPPORT = "support"
_MAILBOX = "support-bureau@example.tw"
_MAILBOX_OF_CLINIC = "support-clinic@example.tw"
_OF_CLINIC, _OF_BUREAU = -1, 0
"""Whose account it is, in place of the number of a run, which counts from 1."""


def play_support(house: House, rest: Rest, today: date) -> None:
    """Play the story of support up to the working day before `today`, unless support knows of anything already."""
    support = house.contexts[_SUPPORT]
    if support.log.head().position:
        return

    def enter(method: str, form: Mapping[str, Any], key: str) -> None:
        asking = house.on_the_machine()
        house.clock.next_deed()
        house.client.command(f"identity.{method}", form, f"demonstration/support/{method}/{key}", asking)

    rest.wait()
    play(support, house.clock, enter, rest.wait, working_calendar().add_working_days(today, -1))
    manager = CLINIC.case_manager  # who is told of ending licences
    _company(house, _OF_CLINIC).open_account(manager, CLINIC.name, Way(_MAILBOX_OF_CLINIC, PASSWORD))
    rest.wait()


def open_bureau(house: House, rest: Rest) -> Door:
    """The account of the bureau for which most of the story waits."""
    officer, name = bureau(NEW_TAIPEI), f"{NEW_TAIPEI}衛生局"
    _company(house, _OF_BUREAU).open_account(officer, name, Way(_MAILBOX, PASSWORD))
    rest.wait()
    return Door(officer.role, name, _MAILBOX, PASSWORD)


def _company(house: House, number: int) -> Company:
    registry = ReferenceRegistry.of_place(CLINIC.code, CLINIC.name, CLINIC.county, CLINIC.district)
    return Company(house, registry, number)
