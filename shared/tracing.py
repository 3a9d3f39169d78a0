"""Spans for OpenTelemetry: what a request led to, from the page over calls and events to the last read model.

They hang together by W3C Trace Context's `traceparent`, which calls and events carry in any case. Nothing is recorded,
and nothing of OpenTelemetry imported, unless `exported` or `recorded` is at work. A span tells names from the code and
nothing about a person; of an error it tells the kind.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer

_ENDPOINT_PATH = "/v1/traces"
"""Where a collector takes spans over HTTP (OTLP 1.0, OTLP/HTTP)."""

_tracers: list[Tracer] = []
"""The tracer of this process; none where nothing is recorded."""


class Span:
    """What is being done: `traceparent` is for whoever does a part of it; what is noted comes from the code."""

    def __init__(self, traceparent: str) -> None:
        self.traceparent = traceparent

    def note(self, name: str, value: str | int) -> None:
        """Keep a figure or a name of the code with it; nowhere, where nothing is recorded."""


class _Recorded(Span):
    def __init__(self, span: Any) -> None:
        found = span.get_span_context()
        super().__init__(f"00-{found.trace_id:032x}-{found.span_id:016x}-{int(found.trace_flags):02x}")
        self._span = span

    def note(self, name: str, value: str | int) -> None:
        self._span.set_attribute(f"caretrail.{name}", value)


@contextmanager
def exported(endpoint: str | None, process: str) -> Iterator[None]:
    """Spans of this process go to the collector at this address, in batches; without one none are recorded."""
    if endpoint is None:
        yield
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - where asked for
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - as above
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - as above
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - as above

    provider = TracerProvider(resource=Resource.create({"service.name": f"caretrail-{process}"}))
    exporter = OTLPSpanExporter(endpoint=endpoint.rstrip("/") + _ENDPOINT_PATH)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    try:
        with recorded(provider):
            yield
    finally:
        provider.shutdown()


@contextmanager
def recorded(provider: TracerProvider) -> Iterator[None]:
    """Spans of this process are given to this provider for as long as the block lasts."""
    tracer = provider.get_tracer("caretrail")
    _tracers.append(tracer)
    try:
        yield
    finally:
        _tracers.remove(tracer)


@contextmanager
def span(name: str, parent: str, kind: str = "internal") -> Iterator[Span]:
    """What is done in the block, as a part of `parent`, a traceparent; an empty one begins a new trace.

    `kind` is OpenTelemetry's: internal, client, server, producer or consumer. Where nothing is recorded, what is done
    inside belongs to `parent` as it is.
    """
    if not _tracers:
        yield Span(parent)
        return
    recording = _begun(name, parent, kind)
    try:
        yield _Recorded(recording)
    except BaseException as fault:
        _fail(recording, fault)
        raise
    finally:
        recording.end()


@contextmanager
def spans(name: str, kind: str, events: Callable[[], Iterable[tuple[str, str]]]) -> Iterator[None]:
    """The same for what is done with many events at once: (traceparent, type) of each, asked for only if recorded."""
    if not _tracers:
        yield
        return
    with ExitStack() as open_spans:
        for traceparent, event_type in events():
            if traceparent:
                open_spans.enter_context(span(name, traceparent, kind)).note("event", event_type)
        yield


def _begun(name: str, parent: str, kind: str) -> Any:
    from opentelemetry.trace import SpanKind  # noqa: PLC0415 - only where spans are recorded
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415 - as above

    belongs_to = TraceContextTextMapPropagator().extract({"traceparent": parent})
    return _tracers[-1].start_span(name, belongs_to, SpanKind[kind.upper()])


def _fail(recording: Any, fault: BaseException) -> None:
    from opentelemetry.trace import Status, StatusCode  # noqa: PLC0415 - as above

    recording.set_status(Status(StatusCode.ERROR, type(fault).__name__))  # its words might quote values
