"""`caretrail replay --apply` and `--confirm`: replayed rows in place of the live ones, on the word of operators."""

from __future__ import annotations

import sys
from datetime import datetime
from getpass import getpass
from typing import TYPE_CHECKING, Any

import msgspec

from operate.contexts import compose
from operate.failures import Mistake
from operate.replaying import LIVE
from shared.read_models.replay.applying import apply, confirm, open_to, propose
from shared.refusals import InvalidForm, Refusal
from shared.settings import Needed

if TYPE_CHECKING:
    from operate.replaying import Compared, Workshop
    from operate.session import Session
    from operate.words import Words
    from shared.installation import Installation
    from shared.read_models.filling import Progress
    from shared.read_models.replay.applying import Proposal


class Proposed(msgspec.Struct):
    """A proposal: by whom, agreed to by whom, and the position of its rows once they are in place."""

    number: int
    model: str
    replay: int
    position: int
    needs: int
    proposed_by: str
    proposed_at: datetime
    confirmed_by: str | None
    applied_at: datetime | None
    applied_to: int | None


def operator(session: Session, place: Installation, mail: str) -> str:
    """Who gives this mail address, proved by the password, as an operator's account; raises `Mistake`.

    The password is asked on the terminal; where there is none it is the first line of standard input.
    """
    prompt = session.words("replay.password", mail=mail)
    password = getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    with compose("identity")(place) as composed:
        identity: Any = composed
        try:
            return str(identity.operator_by_password(mail, password).id)
        except Refusal as refusal:
            parts = refusal.refusals if isinstance(refusal, InvalidForm) else (refusal,)
            said = " ".join(identity.explained(part, session.words.language) for part in parts)
            raise Mistake("mistakes.not-proved", said=said) from None


def proposed(session: Session, place: Workshop, compared: Compared, who: str) -> Proposed:
    """Ask that the replay take the live rows' place; where one operator is enough, it does."""
    needs = 1 if session.settings.apply_needs is Needed.ONE else 2
    difference = compared.differences.digest
    found = propose(place.scratch, compared.replay, difference, needs, who)
    if needs == 1:
        found = _applied(place, compared, found, who)
    return told_proposal(found)


def confirmed(place: Workshop, number: int, who: str, progress: Progress) -> Proposed:
    """Agree to a proposal: the log is folded again, and where rows differ as they did, its rows take the place.

    Raises `NotConfirmable`.
    """
    found = open_to(place.scratch, number, who)
    with place.make_and_compare(None, LIVE, progress) as compared:
        return told_proposal(_applied(place, compared, found, who))


def _applied(place: Workshop, compared: Compared, found: Proposal, who: str) -> Proposal:
    confirm(place.scratch, found, compared.differences.digest, who)
    model, database = place.model, place.composed.database
    log = place.composed.logs[model.context]
    return apply(model, database, log, place.scratch, compared.replay, place.own.rejected, found)


def told_proposal(found: Proposal) -> Proposed:
    """A proposal as it is answered."""
    return Proposed(
        found.number,
        found.model,
        found.replay,
        found.position,
        found.needs,
        found.proposed_by,
        found.proposed_at,
        found.confirmed_by,
        found.applied_at,
        found.applied_to,
    )


def said_of(words: Words, found: Proposed) -> str:
    """What people are told of a proposal."""
    figures = {"number": found.number, "model": found.model, "by": found.proposed_by}
    if found.applied_at is not None:
        return words("replay.applied", **figures, position=found.applied_to, confirmed=found.confirmed_by)
    return words("replay.waits", **figures)
