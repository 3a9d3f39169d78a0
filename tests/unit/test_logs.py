"""Logs: what happened to which ids, in JSON or for a reader, and nothing about people."""

import io
import json
import logging
from datetime import UTC, datetime
from uuid import UUID

import pytest
import structlog

from shared.logs import MASK, about, configure, mask_personal_data
from shared.settings import LogFormat, LogLevel
from tests.controls.family import FATHER

A_NATIONAL_ID = "A123456789"
A_MOBILE = "0912345678"


@pytest.fixture
def lines():
    """The JSON lines written since the test began; logging is as before when it ends."""
    stream = io.StringIO()
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    configure(LogFormat.JSON, LogLevel.INFO, stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


def masked(**event):
    return mask_personal_data(None, "info", event)


def test_a_line_is_one_json_object_with_its_event_level_and_utc_time(lines):
    structlog.get_logger("relay").info("page_published", context="matching", position=12)

    [line] = lines()
    assert line["event"] == "page_published"
    assert (line["context"], line["position"], line["level"], line["logger"]) == ("matching", 12, "info", "relay")
    assert datetime.fromisoformat(line["timestamp"]).tzinfo == UTC


def test_lines_below_the_level_are_not_written(lines):
    structlog.get_logger().debug("looked_around")
    logging.getLogger("amqp").debug("looked around")

    assert lines() == []


def test_every_line_about_a_message_carries_what_it_belongs_to_and_what_caused_it(lines):
    with about(correlation_id="r-1", causation_id="matching/7"):
        structlog.get_logger().info("event_folded")
        logging.getLogger("amqp").warning("connection slow")
    structlog.get_logger().info("idle")

    bound = [(line.get("correlation_id"), line.get("causation_id")) for line in lines()]
    assert bound == [("r-1", "matching/7"), ("r-1", "matching/7"), (None, None)]


def test_lines_of_libraries_are_masked_like_our_own(lines):
    logging.getLogger("psycopg").error("duplicate key (%s)", A_NATIONAL_ID)

    [line] = lines()
    assert line["event"] == f"duplicate key ({MASK})"


def test_a_traceback_is_written_and_masked(lines):
    try:
        int(f"call {A_MOBILE}")
    except ValueError:
        structlog.get_logger().exception("call_failed")

    [line] = lines()
    assert "ValueError: invalid literal for int() with base 10: 'call [masked]'" in line["exception"]
    assert A_MOBILE not in json.dumps(line)


def test_the_console_shows_a_line_a_person_can_read():
    stream = io.StringIO()
    root = logging.getLogger()
    before = root.handlers[:]
    configure(LogFormat.CONSOLE, LogLevel.INFO, stream)
    structlog.get_logger().info("page_published", position=12, mobile=A_MOBILE)
    root.handlers[:] = before
    structlog.reset_defaults()

    assert "page_published" in stream.getvalue()
    assert "position=12" in stream.getvalue()
    assert A_MOBILE not in stream.getvalue()


@pytest.mark.parametrize(
    "key",
    [
        "name",
        "identifier",
        "mobile",
        "email",
        "address",
        "child_name",
        "mother_identifier",
        "contact_mobile",
        "phone",
        "birth_date",
        "national_id",
        "password",
        "session_token",
        "card_pin",
        "otp",
        "master_key",
        "explanation",
    ],
)
def test_what_is_under_a_personal_or_secret_key_is_masked_whatever_it_is(key):
    assert masked(**{key: "x"}) == {key: MASK}
    assert masked(inner={key: ["x"]}) == {"inner": {key: MASK}}


@pytest.mark.parametrize(
    "text",
    [
        *(A_NATIONAL_ID, "a123456789", "A800000014", "AA00000009"),
        *(A_MOBILE, "0912-345-678", "0912 345 678", "+886912345678", "886-912-345-678"),
        *("mei@example.com", "mei.chen+x@mail.example.com.tw"),
    ],
)
def test_what_looks_personal_is_masked_anywhere(text):
    expected = f"refused {MASK}, again"

    assert masked(event=f"refused {text}, again") == {"event": expected}
    assert masked(rows=[{"note": f"refused {text}, again"}]) == {"rows": [{"note": expected}]}
    assert masked(by_row={text: 1}) == {"by_row": {MASK: 1}}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("case_no", "250218P1621006"),
        ("institution", "0931010016"),
        ("former_institution", "0912345678"),
        ("hash", "a0912345678bcdef" * 4),
        ("subject", "a1234567-8912-4345-8912-345678a12345"),
        ("position", 912345678),
        ("read_model", "clinic_worklist"),
        ("context", "matching"),
        ("seconds", 0.25),
        ("stale", True),
        ("next", None),
    ],
)
def test_ids_codes_and_figures_stay(key, value):
    assert masked(**{key: value}) == {key: value}


def test_values_of_plain_types_are_written_as_text():
    subject = UUID(int=7)
    at = datetime(2025, 2, 18, tzinfo=UTC)

    assert masked(subject=subject, at=at, subjects={subject}) == {
        "subject": str(subject),
        "at": "2025-02-18 00:00:00+00:00",
        "subjects": [str(subject)],
    }


def test_an_object_is_named_by_its_type_because_its_repr_might_show_a_person(lines):
    structlog.get_logger().warning("fold_failed", contact=FATHER)

    [line] = lines()
    assert line["contact"] == "<Contact>"
    assert FATHER.name not in json.dumps(line, ensure_ascii=False)


def test_a_password_in_an_address_is_masked():
    assert masked(event="lost amqp://app:geheim@mq:5672/ct") == {"event": f"lost amqp://app:{MASK}@mq:5672/ct"}
    assert masked(event="lost postgresql://app:g:e@db/x") == {"event": f"lost postgresql://app:{MASK}@db/x"}
