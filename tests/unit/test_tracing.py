"""Spans hang together by their traceparent, tell nothing about values, and cost nothing where none are recorded."""

import subprocess
import sys

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.tracing import exported, recorded, span, spans
from tests.controls.remote import browser, bureau

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture
def kept():
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    with recorded(provider):
        yield kept


def trace_of(traceparent):
    return int(traceparent.split("-")[1], 16)


def test_a_span_belongs_to_its_parent_and_hands_on_its_own_place(kept):
    with span("ask", PARENT, "client") as asking, span("answer", asking.traceparent, "server") as within:
        within.note("outcome", "answered")
    answer, ask = kept.get_finished_spans()
    assert {answer.context.trace_id, ask.context.trace_id} == {trace_of(PARENT)}
    assert answer.parent.span_id == ask.context.span_id
    assert answer.attributes == {"caretrail.outcome": "answered"}


def test_an_error_is_told_by_its_kind_alone(kept):
    with pytest.raises(ValueError, match="A123456789"), span("read", PARENT):
        raise ValueError("A123456789")
    [found] = kept.get_finished_spans()
    assert found.status.description == "ValueError"
    assert not found.events


def test_events_that_belong_to_no_trace_have_no_span(kept):
    with spans("project", "consumer", lambda: [(PARENT, "orders.OrderPlaced.v1"), ("", "orders.OrderPlaced.v1")]):
        pass
    [found] = kept.get_finished_spans()
    assert found.context.trace_id == trace_of(PARENT)
    assert found.attributes == {"caretrail.event": "orders.OrderPlaced.v1"}


def test_a_page_begins_a_trace_named_by_its_rule(kept):
    browser(bureau()).get("/cases/260309P1021001")
    assert [found.name for found in kept.get_finished_spans()] == ["GET /cases/<ref>"]


def test_where_nothing_is_recorded_what_is_done_belongs_to_the_parent_itself():
    def never():
        raise AssertionError

    with exported(None, "up"), span("ask", PARENT) as asking, spans("project", "consumer", never):
        asking.note("outcome", "answered")
        assert asking.traceparent == PARENT


def test_nothing_of_opentelemetry_is_loaded_without_a_collector():
    program = "import sys, operate.command_line; sys.exit('opentelemetry' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
