"""`caretrail policy`: every method that can be called, who may call it, and proved how."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import typer

from operate.contexts import served, service_of
from operate.session import Session, table
from shared.words import Wording

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.access import Party

_HEADINGS = ("policy.method", "policy.kind", "policy.roles", "policy.proofs")


class PartyTold(msgspec.Struct):
    """One side that may call a method: its roles, and the proofs of identity of which one is needed."""

    roles: list[str]
    proofs: list[str]


class RuleTold(msgspec.Struct):
    """One method of one context."""

    context: str
    method: str
    kind: str
    parties: list[PartyTold]


class Policy(msgspec.Struct):
    """The whole policy of this release."""

    rules: list[RuleTold]


def policy(context: typer.Context) -> None:
    """Show every rule, taken from the code that applies it."""
    session: Session = context.obj
    found = Policy([rule for name in served() for rule in _rules(name)])
    values = Wording("shared.words").catalogue(session.words.language).values
    rows = [
        (f"{rule.context}.{rule.method}", rule.kind, *(", ".join(values[code] for code in codes) for codes in told))
        for rule in found.rules
        for told in ((party.roles, party.proofs) for party in rule.parties)
    ]
    session.show(found, table([session.words(heading) for heading in _HEADINGS], rows))


def _rules(name: str) -> Iterator[RuleTold]:
    from shared.rpc.service import rules_of  # noqa: PLC0415 - Nameko is imported where it is asked for

    for rule in rules_of(service_of(name)):
        yield RuleTold(rule.service, rule.method, rule.kind, [_party(party) for party in rule.parties])


def _party(party: Party) -> PartyTold:
    return PartyTold(sorted(party.roles), sorted(party.proofs))
