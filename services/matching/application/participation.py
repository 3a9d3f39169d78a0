"""Who takes part, as the registry tells it, and the offers that are taken back from whoever no longer does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.matching.domain import access
from services.matching.domain.records import EndOfParticipation, PlacesStatement, ReturnToParticipation
from services.matching.domain.refusals import heed
from services.matching.domain.registry import objection_to_place
from shared.application import Decision, Outcome

if TYPE_CHECKING:
    from datetime import datetime

    from services.matching.application.desk import Desk
    from services.matching.commands import EndParticipation, ResumeParticipation, StatePlaces, WithdrawOffer
    from shared.principal import Principal


def end_participation(_: Desk, command: EndParticipation, __: Principal, now: datetime) -> Decision:
    """Matching's own record of what the registry has told: from its place in the log on nobody may be asked there."""
    record = EndOfParticipation.record(command.institution, command.doctor, command.cause, now)
    return Decision(Outcome(record.id, record.version), [record])


def resume_participation(_: Desk, command: ResumeParticipation, __: Principal, now: datetime) -> Decision:
    """As `end_participation`, the other way."""
    record = ReturnToParticipation.record(command.institution, command.doctor, command.cause, now)
    return Decision(Outcome(record.id, record.version), [record])


def withdraw_offer(desk: Desk, command: WithdrawOffer, _: Principal, now: datetime) -> Decision:
    """收回."""
    case = desk.case(command.case_id)
    case.take_back(command.rank, command.cause, now)
    return Decision(Outcome(case.id, case.version, case.case_no), [case])


def state_places(desk: Desk, command: StatePlaces, principal: Principal, now: datetime) -> Decision:
    """餘額, of a doctor who practises where the caller does; families are told it with the day on which it was said."""
    institution, doctor = principal.institution or "", command.doctor.strip()
    heed(access.speaking_for(principal, doctor))
    heed(objection_to_place(desk.registry.doctor(doctor), institution, "doctor"))
    record = PlacesStatement.record(institution, doctor, command.places, now)
    return Decision(Outcome(record.id, record.version), [record])
