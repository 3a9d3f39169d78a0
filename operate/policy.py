"""`caretrail policy`: who may call which method, and proved how; the dated values that decisions are made by."""

from __future__ import annotations

from itertools import chain, repeat
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from operate.contexts import known, served, service_of
from operate.session import Session, table
from shared.calendar import taipei_day
from shared.context import utc_now
from shared.policy_values import PolicyValue, policy_values
from shared.words import Wording

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.access import Party
    from shared.words import Language

commands = typer.Typer()

_VALUE_HEADINGS = (
    "policy.context",
    "policy.title",
    "policy.value",
    "policy.since",
    "policy.standing",
    "policy.source",
)
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


class ContextValues(msgspec.Struct):
    """The policy values of one context, in words."""

    context: str
    values: list[PolicyValue]


class Values(msgspec.Struct):
    """The policy values of each context that was asked for."""

    contexts: list[ContextValues]


@commands.command()
def rules(context: typer.Context) -> None:
    """Show every rule, taken from the code that applies it."""
    session: Session = context.obj
    found = Policy([rule for name in served() for rule in _rules(name)])
    codes_told = Wording("shared.words").catalogue(session.words.language).values
    rows = [
        (f"{rule.context}.{rule.method}", rule.kind, *(", ".join(codes_told[code] for code in codes) for codes in told))
        for rule in found.rules
        for told in ((party.roles, party.proofs) for party in rule.parties)
    ]
    session.show(found, table([session.words(heading) for heading in _HEADINGS], rows))


@commands.command()
def values(
    context: typer.Context, *, name: Annotated[str | None, typer.Option("--context", metavar="NAME")] = None
) -> None:
    """Show every dated policy value: from which day it holds, where it comes from, and what was before."""
    session: Session = context.obj
    chosen = served() if name is None else [known(name, served())]
    found = Values([ContextValues(one, _values(one, session.words.language)) for one in chosen])
    rows = [
        (
            one.context,
            value.title,
            "\n".join(version.value),
            version.since,
            session.words(f"standings.{version.standing}"),
            source,
        )
        for one in found.contexts
        for value in one.values
        for version, source in zip(value.versions, chain([value.source], repeat("")), strict=False)
    ]
    session.show(found, table([session.words(heading) for heading in _VALUE_HEADINGS], rows))


def _values(name: str, language: Language) -> list[PolicyValue]:
    service = service_of(name)
    return policy_values(service.policies, service.words.policy_words(language), taipei_day(utc_now()))


def _rules(name: str) -> Iterator[RuleTold]:
    from shared.rpc.service import rules_of  # noqa: PLC0415 - Nameko is imported where it is asked for

    for rule in rules_of(service_of(name)):
        yield RuleTold(rule.service, rule.method, rule.kind, [_party(party) for party in rule.parties])


def _party(party: Party) -> PartyTold:
    return PartyTold(sorted(party.roles), sorted(party.proofs))
