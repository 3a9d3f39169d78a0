"""`caretrail registry cards` and `withdraw-card`: whose cards are registered, and one that counts no longer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
import typer

from operate.contexts import compose
from operate.failures import Mistake
from operate.session import Session, table
from operate.shell import at_the_shell
from services.identity.events import CardEnd, CardHolder, HolderKind
from shared.application import Result
from shared.installation import installation
from shared.refusals import Refusal

_KINDS = tuple(HolderKind)
"""Holders as operators name them; a citizen by the pseudonym in the log."""
_REASONS = (CardEnd.LOST, CardEnd.REPLACED, CardEnd.LEFT, CardEnd.MISTAKE)
"""What an operator may say; forgetting is the vault's."""


class RegisteredCard(msgspec.Struct):
    """An entry of the card register."""

    id: UUID
    kind: str
    issuer: str
    name: str
    since: datetime


class RegisteredCards(msgspec.Struct):
    """The cards of a holder."""

    holder: str
    cards: list[RegisteredCard]


class Withdrawn(msgspec.Struct):
    """The entry, and whether it had counted until now."""

    card: UUID
    result: str


commands = typer.Typer()


@commands.command()
def cards(
    context: typer.Context,
    *,
    kind: Annotated[str, typer.Argument(metavar="KIND")],
    holder: Annotated[str, typer.Argument(metavar="HOLDER")],
) -> None:
    """List the cards that are registered for a practitioner, an institution or a long-term care centre."""
    session: Session = context.obj
    if kind not in _KINDS:
        raise Mistake("mistakes.unknown-holder-kind", given=kind, known=", ".join(_KINDS))
    of = CardHolder(HolderKind(kind), holder)
    with installation(session.settings) as place, compose("identity")(place) as composed:
        identity: Any = composed
        found = [RegisteredCard(*msgspec.structs.astuple(one)) for one in identity.cards_of(of, at_the_shell())]
    rows = [(one.id, one.kind, one.name, one.issuer, one.since) for one in found]
    headings = ("registry.card", "registry.card-kind", "registry.card-name", "registry.issuer", "registry.since")
    told = table(map(session.words, headings), rows) if rows else session.words("registry.no-cards")
    session.show(RegisteredCards(of.text, found), told)


@commands.command(name="withdraw-card")
def withdraw_card(
    context: typer.Context,
    *,
    card: Annotated[UUID, typer.Argument(metavar="CARD")],
    reason: Annotated[str, typer.Option("--reason", metavar="REASON")],
) -> None:
    """Let nobody in by a card any more, and end the sessions that it opened."""
    session: Session = context.obj
    if reason not in _REASONS:
        raise Mistake("mistakes.unknown-card-end", given=reason, known=", ".join(_REASONS))
    with installation(session.settings) as place, compose("identity")(place) as composed:
        identity: Any = composed
        try:
            outcome = identity.withdraw_card(card, CardEnd(reason), at_the_shell())
        except Refusal as refusal:
            said = identity.explained(refusal, session.words.language)
            raise Mistake("mistakes.card-not-withdrawn", said=said) from None
    is_done = outcome.result is Result.DONE
    told = session.words("registry.card-withdrawn" if is_done else "registry.card-withdrawn-before")
    session.show(Withdrawn(card, outcome.result), told)
