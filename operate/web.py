"""`caretrail web`, and the site that `caretrail up` serves beside everything else."""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.request import urlopen

import typer

from operate.failures import Mistake
from operate.running import Running, tell, watched
from operate.serve import LOOK_SECONDS, Health, begin_hosting, demand_broker
from shared.ending import Ending
from shared.health import Check, Report, Watched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operate.session import Session
    from shared.settings import Settings

_HEALTH_SECONDS = 3.0


def web(context: typer.Context, health: Health = None) -> None:
    """Serve the pages and the API; everything they show is asked of the contexts by RPC."""
    session: Session = context.obj
    demand_broker(session)
    begin_hosting()
    with (
        Ending() as ending,
        site(session.settings) as address,
        watched(health, Watched(partial(_examine, address))) as port,
    ):
        tell(session, Running.of(session.settings, [], ["web"], port, address))
        while not ending.is_told:
            time.sleep(LOOK_SECONDS)


@contextmanager
def site(settings: Settings) -> Iterator[str]:
    """The site, served where the settings say; gives the address it answers at. Raises `Mistake`."""
    from services.gateway.web.app import web_app  # noqa: PLC0415 - only in a process patched for it
    from services.gateway.web.browser_key import browser_key  # noqa: PLC0415 - as above
    from services.gateway.web.front import Front  # noqa: PLC0415 - as above
    from services.gateway.web.printing import Printer  # noqa: PLC0415 - as above
    from services.gateway.web.serving import serving  # noqa: PLC0415 - as above
    from shared.rpc.aside import aside  # noqa: PLC0415 - as above
    from shared.rpc.client import RpcClient  # noqa: PLC0415 - as above
    from shared.rpc.hosting import broker_uri  # noqa: PLC0415 - as above

    key = browser_key(settings.web_key_file)
    with RpcClient(broker_uri(settings)) as rpc, ExitStack() as closing:
        front = Front(
            rpc,
            settings.site,
            key,
            settings.language,
            settings.proxies,
            settings.api_rate,
            printer=Printer(aside),
            elsewhere=aside,
        )
        try:
            port = closing.enter_context(serving(web_app(front), settings.listen, settings.port))
        except OSError as fault:
            raise Mistake("mistakes.port-taken", port=settings.port, detail=fault.strerror) from None
        yield f"http://{settings.listen}:{port}"


def _examine(address: str) -> list[Report]:
    """Whether a page is answered, for which identity has to answer too."""
    try:
        with urlopen(f"{address}/health", timeout=_HEALTH_SECONDS) as answer:  # noqa: S310 - our own address
            met = answer.status == HTTPStatus.OK
            found = "answers"
    except OSError as fault:
        met, found = False, type(fault).__name__
    return [Report("web", met, (Check("site", is_met=met, found=found, needed=True),))]
