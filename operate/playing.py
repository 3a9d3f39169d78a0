"""The house in which the demonstration is played: every context in this process, begun as `operate.hosted`."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from operate.contexts import compose, served, service_of
from operate.failures import Mistake
from services.matching.demonstration.clock import StoryClock
from services.matching.demonstration.house import House
from services.matching.demonstration.play import Onlooker, play
from services.matching.demonstration.venue import VenueTaken, venue
from shared.calendar import working_calendar
from shared.installation import installation
from shared.principal import Assurance, Principal, Role
from shared.rpc.aside import aside
from shared.rpc.call import Host
from shared.rpc.client import Asking, RpcClient
from shared.rpc.hosting import broker_uri, give_way, hosted
from shared.rpc.keys import principal_reader, principal_signer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operate.session import Session
    from services.matching.demonstration.play import Report
    from shared.settings import Settings

_PATIENCE = 60.0


def performed(session: Session, families: int, seed: int) -> Report:
    """How the play ended, told as it happened."""
    with session.progress() as watch, _house(session.settings) as house:
        onlooker = Onlooker(
            say=_say_nothing if session.as_json else session.note,
            progress=partial(watch, session.words("demo.families")),
        )
        return play(house, session.words.language, families, seed, onlooker)


@contextmanager
def _house(settings: Settings) -> Iterator[House]:
    """Every context answers calls on the broker of the settings; whatever they say of mail and SMS, nothing is sent."""
    settings = replace(settings, smtp=None, sms=None)
    clock = StoryClock(working_calendar())
    with ExitStack() as closing:
        try:
            closing.enter_context(venue(settings.var / "demonstration"))
        except VenueTaken as taken:
            raise Mistake("mistakes.venue-taken", directory=settings.var / "demonstration") from taken
        place = closing.enter_context(installation(settings, give_way, aside))
        contexts = {name: closing.enter_context(compose(name)(place, clock)) for name in served()}
        reader, signer = principal_reader(settings), principal_signer(settings)
        hosts = {service_of(name): Host(context, reader, clock=clock) for name, context in contexts.items()}
        closing.enter_context(hosted(hosts, broker_uri(settings)))
        client = closing.enter_context(RpcClient(broker_uri(settings), _PATIENCE))
        operator = Principal("shell/demonstration", Role.OPERATOR, frozenset({Assurance.MACHINE}))
        yield House(
            settings=settings,
            clock=clock,
            contexts=contexts,
            client=client,
            outbox=settings.var / "outbox",
            on_the_machine=lambda: Asking(signer.sign(operator, clock())),
        )


def _say_nothing(_: str) -> None:
    """Programs read the last line only."""
