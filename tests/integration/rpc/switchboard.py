"""Hosts matching in a process of its own and puts through calls, a JSON line each, over any transport.

A line `{"number", "method", "principal", "trace", "timeout", "arguments"}` is answered with `{"number", "result"}` or
`{"number", "error", "args"}`. The service has a few methods more, which do what matching's own never do.
"""

from __future__ import annotations

import os

os.environ["PSYCOPG_WAIT_FUNC"] = "wait_selector"

import eventlet

eventlet.monkey_patch()

import json  # noqa: E402 - everything else is imported patched
import sys  # noqa: E402
from functools import partial  # noqa: E402
from typing import Any  # noqa: E402

import kombu  # noqa: E402
import msgspec  # noqa: E402
from eventlet import tpool  # noqa: E402
from opentelemetry.sdk.trace import TracerProvider  # noqa: E402
from opentelemetry.sdk.trace.export import SimpleSpanProcessor  # noqa: E402
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter  # noqa: E402

from services.matching.adapters.batch_export import as_file  # noqa: E402
from services.matching.bootstrap import matching_in  # noqa: E402
from services.matching.demonstration.reference_registry import reference_registry  # noqa: E402
from services.matching.entrypoints import MatchingService  # noqa: E402
from shared import logs  # noqa: E402
from shared.application import Trace  # noqa: E402
from shared.context import Duty  # noqa: E402
from shared.installation import installation  # noqa: E402
from shared.postgres import DatabaseUnavailable  # noqa: E402
from shared.rpc.aside import aside  # noqa: E402
from shared.rpc.call import Host  # noqa: E402
from shared.rpc.client import Asking, RpcClient  # noqa: E402
from shared.rpc.hosting import broker_uri, give_way, hosted  # noqa: E402
from shared.rpc.keys import principal_reader  # noqa: E402
from shared.rpc.service import EVERYBODY, query  # noqa: E402
from shared.rpc.wire import RemoteRefusal, Told  # noqa: E402
from shared.settings import Settings, load  # noqa: E402
from shared.tracing import recorded  # noqa: E402


class TriedService(MatchingService):
    """Matching, and what goes wrong in no real method."""

    @query(EVERYBODY)
    def fail(self, _principal: object) -> None:
        """Fail over something personal."""
        raise RuntimeError("王小明 A123456789")

    @query(EVERYBODY)
    def lose_the_database(self, _principal: object) -> None:
        """As when PostgreSQL is away."""
        raise DatabaseUnavailable("gone")

    @query(EVERYBODY)
    def receive_litter(self, _principal: object) -> None:
        """Put into the service's own queue what no client sends."""
        with kombu.Connection(broker_uri(load(os.environ))) as connection:
            publish = partial(connection.Producer().publish, exchange="nameko-rpc", routing_key="matching.family_cases")
            publish(b"{", content_type="application/json", content_encoding="utf-8", reply_to="nobody")
            publish(b"\xff", content_type="application/json", content_encoding="utf-8", reply_to="nobody")
            publish(
                b"cos\nsystem\n", content_type="application/x-python-serialize", content_encoding="binary", reply_to="x"
            )
            publish({"args": [], "kwargs": {}}, serializer="json")
            for body in ([], 7, None, "text", {"args": []}, {"args": 1, "kwargs": 2}, {"args": [], "kwargs": {"x": 1}}):
                publish(body, serializer="json", reply_to="nobody")

    @query(EVERYBODY)
    def spans(self, _principal: object) -> list[tuple[str, str]]:
        """What was recorded: the trace and the name of every span that has ended."""
        return [(f"{span.context.trace_id:032x}", span.name) for span in _RECORDED.get_finished_spans()]

    @query(EVERYBODY)
    def write_a_spreadsheet(self, _principal: object) -> int:
        """As `export_file` does for a clinic with thousands of cases: how many bytes it has."""
        return len(aside(as_file, [["幼兒個案資料"] * 30] * 4000, (), "xlsx").content)


_RECORDED = InMemorySpanExporter()


def main() -> None:
    settings = load(os.environ)
    logs.configure(settings.log_format, settings.log_level)
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(_RECORDED))
    with recorded(provider):
        _put_calls_through(settings)


def _put_calls_through(settings: Settings) -> None:
    with installation(settings, give_way) as place, matching_in(place, registry=reference_registry()) as context:
        uri = broker_uri(settings)
        host = Host(context, principal_reader(settings), tuple(Duty))
        with hosted({TriedService: host}, uri), RpcClient(uri) as client:
            _say({"ready": True})
            pool = eventlet.GreenPool(100)
            while line := tpool.execute(sys.stdin.readline):
                pool.spawn_n(_put_through, client, json.loads(line))
            pool.waitall()


def _put_through(client: RpcClient, call: dict[str, Any]) -> None:
    asking = Asking(call["principal"], Trace(**call["trace"]))
    try:
        result = client.call(call["method"], asking, timeout=call["timeout"], **call["arguments"])
    except RemoteRefusal as refusal:
        told = Told(refusal.code, refusal.field, refusal.params, tuple(map(_told, refusal.refusals)))
        _say({"number": call["number"], "error": "refusal", "args": [json.loads(msgspec.json.encode(told))]})
    except Exception as error:  # noqa: BLE001 - the test looks at it
        _say({"number": call["number"], "error": type(error).__name__, "args": list(map(str, error.args))})
    else:
        _say({"number": call["number"], "result": result})


def _told(refusal: RemoteRefusal) -> Told:
    return Told(refusal.code, refusal.field, refusal.params)


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
