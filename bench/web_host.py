"""`python -m bench.web_host BROKER`: the web front in a process of its own, until its input is closed.

Beside the API it has one route of the bench: `POST /echo` gives back what came, by way of bare Nameko (`bench.rpc_host
echo`), and so is what any front on this web server and this broker would take. Says at which port it listens.
"""

from __future__ import annotations

import os

os.environ["PSYCOPG_WAIT_FUNC"] = "wait_selector"  # or psycopg would stop all green threads while one waits

import eventlet

eventlet.monkey_patch()

import json  # noqa: E402 - these come after the patch, as in an entry point
import sys  # noqa: E402
from typing import TYPE_CHECKING  # noqa: E402

from eventlet import tpool  # noqa: E402
from flask import Flask, request  # noqa: E402

from services.gateway.web.app import web_app  # noqa: E402
from services.gateway.web.front import Front  # noqa: E402
from services.gateway.web.serving import serving  # noqa: E402
from shared import logs  # noqa: E402
from shared.rpc.client import RpcClient  # noqa: E402
from shared.settings import load  # noqa: E402

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

_NO_LIMIT = 10**9
"""A bench asks more than anybody may."""


def main(broker: str) -> None:
    """Serve until told that nobody calls any more."""
    settings = load(os.environ)
    logs.configure(settings.log_format, settings.log_level)
    with RpcClient(broker, 30) as rpc:
        front = Front(rpc, "http://localhost", b"k" * 32, settings.language, api_rate=_NO_LIMIT)
        with serving(web_app(front), "127.0.0.1", 0) as site, serving(_echo(rpc), "127.0.0.1", 0) as echo:
            sys.stdout.write(json.dumps({"site": site, "echo": echo}) + "\n")
            sys.stdout.flush()
            tpool.execute(sys.stdin.read)


def _echo(rpc: RpcClient) -> Flask:
    """The reference: the same framework, server and RPC client, and nothing else."""
    app = Flask(__name__)

    @app.post("/echo")
    def echo() -> ResponseReturnValue:
        found: ResponseReturnValue = rpc.call("echo.echo", payload=request.get_json())
        return found

    return app


if __name__ == "__main__":
    main(*sys.argv[1:])
