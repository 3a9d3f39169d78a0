"""The event entry point: whoever follows the log works beside the service, for as long as it does.

Events come through quorum queues that our own transport declares (Nameko would declare one without arguments), one a
log and duty, and are handed to each follower, see `shared.read_models.handout`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nameko.extensions import DependencyProvider

if TYPE_CHECKING:
    from shared.rpc.call import Host
    from shared.workers import Workers

_LOOK = 1.0
"""Seconds within which the failure of a follower ends the service."""


class Followers(DependencyProvider):  # type: ignore[misc]
    """Has the duties done that the host gives this process: relay, projectors, processes; none where it gives none."""

    _workers: Workers | None = None

    def start(self) -> None:
        """Begin; one that fails ends the service, so that a supervisor begins it anew."""
        host: Host = self.container.config["caretrail"]
        if host.duties:
            self._workers = host.context.workers(host.duties)
            self._workers.__enter__()
            self.container.spawn_managed_thread(self._watch, identifier="followers")

    def stop(self) -> None:
        """Let each finish what it holds."""
        if self._workers is not None:
            self._workers.stop()

    def kill(self) -> None:
        """As `stop`: what is held is finished, or given back to its queue."""
        self.stop()

    def get_dependency(self, worker_ctx: object) -> None:
        """Nothing: methods do not know who follows."""

    def _watch(self) -> None:
        workers = self._workers
        while workers is not None and not workers.wait(_LOOK):
            pass
        if workers is not None:
            workers.check()
