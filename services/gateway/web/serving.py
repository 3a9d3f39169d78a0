"""Serves the site over HTTP until it is told to end: Eventlet's WSGI server, in a process patched for it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import eventlet
import eventlet.wsgi
import structlog

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

_MOST_AT_ONCE = 200
"""Requests answered side by side; further ones wait to be accepted."""
_IDLE_SECONDS = 30
"""A connection on which nothing comes for so long is closed: a slow line sends something, a forgotten one does not."""
_ADDRESS_LIMIT = 8192
"""Characters of a request line: two hundred cases that were ticked fit, as they do through common reverse proxies."""

_log = structlog.get_logger()


class _Quiet:
    """The server's own lines name whole addresses: the site writes its own instead."""

    def debug(self, *_: object) -> None:
        """Say nothing."""

    info = warning = error = debug


@contextmanager
def serving(app: Flask, host: str, port: int) -> Iterator[int]:
    """The site at this address for as long as the block lasts; gives the port, where 0 asked for any that is free."""
    listener = eventlet.listen((host, port), reuse_port=False)  # a second site on this port is told so at once
    bound: int = listener.getsockname()[1]
    pool = eventlet.GreenPool(_MOST_AT_ONCE)
    accepting = eventlet.spawn(
        eventlet.wsgi.server,
        listener,
        app,
        log=_Quiet(),
        custom_pool=pool,
        socket_timeout=_IDLE_SECONDS,
        url_length_limit=_ADDRESS_LIMIT,
        log_output=False,
        debug=False,
    )
    _log.info("site_opened", host=host, port=bound)
    try:
        yield bound
    finally:
        accepting.kill()
        listener.close()
        pool.waitall()
