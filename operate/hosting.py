"""Hosts contexts in this process, which was begun as `operate.hosted`: their services, and duties beside them."""

from __future__ import annotations

from contextlib import ExitStack, nullcontext
from functools import partial
from typing import TYPE_CHECKING

from operate.contexts import compose, service_of
from operate.running import Running, tell, told_of, watched
from shared.ending import Ending
from shared.health import Watched, examine
from shared.installation import installation
from shared.read_models.rebuild import rebuild_if_needed
from shared.rpc.aside import aside
from shared.rpc.call import Host
from shared.rpc.hosting import broker_uri, give_way, hosted
from shared.rpc.keys import principal_reader
from shared.tracing import exported

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from typing import Any

    from operate.session import Session
    from shared.context import Context, Duty
    from shared.health import Report
    from shared.settings import Settings

    Beside = Callable[[Settings], AbstractContextManager[str | None]]


def _nothing(_: Settings) -> AbstractContextManager[None]:
    return nullcontext()


def host(
    session: Session, names: Sequence[str], duties: Sequence[Duty], health: str | None, beside: Beside = _nothing
) -> None:
    """Answer the calls of these contexts, with these duties done and the site served beside, until told to end."""
    settings = session.settings
    with Ending() as ending, installation(settings, give_way, aside) as place, ExitStack() as closing:
        closing.enter_context(exported(settings.traces, f"{names[0]}-serve" if len(names) == 1 else "up"))
        composed = [closing.enter_context(compose(name)(place)) for name in names]
        if duties:
            for one in composed:
                _rebuild(one)
        reader = principal_reader(settings)
        hosts = {service_of(one.name): Host(one, reader, tuple(duties)) for one in composed}
        containers = closing.enter_context(hosted(hosts, broker_uri(settings)))
        address = closing.enter_context(beside(settings))
        told = Watched(partial(_examine, composed, duties), partial(told_of, composed, duties))
        port = closing.enter_context(watched(health, told))
        tell(session, Running.of(settings, names, ["serve", *duties], port, address))
        containers.work(ending)


def _rebuild(context: Context[Any]) -> None:
    """What a projector would do first, done before anybody is answered: it would stop the hub."""
    for follower in context.followers.values():
        rebuild_if_needed(follower, context.database, context.logs[follower.context])


def _examine(composed: Sequence[Context[Any]], duties: Sequence[Duty]) -> list[Report]:
    return [examine(one, duties) for one in composed]
