"""The house in which the story is played: every context put together and answering calls, with one clock for all."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from services.matching.demonstration.rest import Rest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from services.matching.demonstration.clock import StoryClock
    from shared.context import Context
    from shared.rpc.client import Asking, RpcClient
    from shared.settings import Settings


@dataclass(frozen=True)
class House:
    """What whoever has the play put on provides; nothing works behind the logs before `at_work`."""

    settings: Settings
    clock: StoryClock
    contexts: Mapping[str, Context[Any]]
    """By name: matching, and all that it is played with."""
    client: RpcClient
    outbox: Path
    """Where messages lie that nobody sends."""
    on_the_machine: Callable[[], Asking]
    """Speaks for whoever may read identity's own key on its machine."""

    @contextmanager
    def at_work(self) -> Iterator[Rest]:
        """Everybody behind the logs at work until the block ends; raises `WorkerFailed` where one has stopped."""
        with ExitStack() as closing:
            workers = [context.workers() for context in self.contexts.values()]
            for group in workers:
                closing.enter_context(group)
            rest = closing.enter_context(Rest(list(self.contexts.values()), workers))
            for group in workers:
                closing.callback(group.tell_to_stop)
            yield rest
