"""The house in which the demonstration is played: every context in this process, begun as `operate.hosted`."""

from __future__ import annotations

from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from operate.contexts import compose, served, service_of
from operate.failures import Mistake
from operate.stories import Story
from operate.support_story import open_bureau, play_support
from services.matching.bootstrap import CONTEXT
from services.matching.demonstration.clock import StoryClock
from services.matching.demonstration.house import House
from services.matching.demonstration.narrator import Narrator, words_in
from services.matching.demonstration.play import Onlooker, play
from services.matching.demonstration.present import Door, bring_to_today
from services.matching.demonstration.venue import VenueTaken, venue
from shared.calendar import taipei_day, working_calendar
from shared.context import utc_now
from shared.installation import installation, stored
from shared.principal import Assurance, Principal, Role
from shared.rpc.aside import aside
from shared.rpc.call import Host
from shared.rpc.client import Asking, RpcClient
from shared.rpc.hosting import broker_uri, give_way, hosted
from shared.rpc.keys import principal_reader, principal_signer
from shared.settings import LOOPBACK
from shared.store.log import Log
from shared.vault import key_files
from shared.words import Wording

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

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


def open_doors(session: Session, stories: Collection[Story], families: int) -> None:
    """Play these stories up to this day, and tell how to come in as each role."""
    doors = _brought_to_today(session, stories, families)
    values = Wording("services.matching.messages").catalogue(session.words.language).values
    session.note(session.words("demo.doors"))
    for door in doors:
        key = "demo.door-of-family" if door.role is Role.PARENT else "demo.door-of-staff"
        figures = msgspec.structs.asdict(door) | {"role": values[door.role], "who": values.get(door.who, door.who)}
        session.note(session.words(key, **figures))
    session.note(session.words("demo.codes"))


def _brought_to_today(session: Session, stories: Collection[Story], families: int) -> list[Door]:
    """The stories up to yesterday evening, and how to come in; where they were played before, how to come in again."""
    doors = session.settings.var / "demonstration" / "doors.json"
    if doors.exists():
        return msgspec.json.decode(doors.read_bytes(), type=list[Door])
    _demand_nothing_real(session.settings)
    with session.progress() as watch, _house(session.settings) as house:
        today = taipei_day(utc_now())
        found: list[Door] = []
        if Story.SUPPORT in stories:
            with house.at_work() as rest:
                play_support(house, rest, today)
                found = [open_bureau(house, rest)]
        if Story.MATCHING in stories:
            narrator = Narrator(words_in(session.words.language), _say_nothing)
            progress = partial(watch, session.words("demo.families"))
            found = [*bring_to_today(house, narrator, families, today, progress), *found]
    key_files.create(doors, msgspec.json.encode(found).decode())
    return found


def _demand_nothing_real(settings: Settings) -> None:
    """The doors have passwords that anybody can read here: they are opened only where nobody else can come."""
    if not settings.is_embedded or settings.smtp or settings.sms or settings.listen not in LOOPBACK:
        raise Mistake("mistakes.demo-not-embedded")
    for name in ("identity", CONTEXT):
        with stored(settings, name) as database, closing(Log(database, name)) as log:
            if log.head().position:
                raise Mistake("mistakes.demo-not-empty", directory=settings.var)


@contextmanager
def _house(settings: Settings) -> Iterator[House]:
    """Every context answers calls on the broker of the settings; whatever they say of mail and SMS, nothing is sent."""
    settings = replace(settings, smtp=None, sms=None)
    clock = StoryClock(working_calendar())
    with ExitStack() as leaving:
        try:
            leaving.enter_context(venue(settings.var / "demonstration"))
        except VenueTaken as taken:
            raise Mistake("mistakes.venue-taken", directory=settings.var / "demonstration") from taken
        place = leaving.enter_context(installation(settings, give_way, aside))
        contexts = {name: leaving.enter_context(compose(name)(place, clock)) for name in served()}
        reader, signer = principal_reader(settings), principal_signer(settings)
        hosts = {service_of(name): Host(context, reader, clock=clock) for name, context in contexts.items()}
        leaving.enter_context(hosted(hosts, broker_uri(settings)))
        client = leaving.enter_context(RpcClient(broker_uri(settings), _PATIENCE))
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
