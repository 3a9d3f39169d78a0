"""SMS over HTTP: the protocol of docs/operators/messages.md against a provider on loopback."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import UUID

import msgspec
import pytest

from services.notifier.adapters.http_sms import HttpSmsCarrier, SmsProvider
from services.notifier.application.carriers import CarrierAway, NotTaken, Parcel, Taken, Unknown
from services.notifier.events import Doubt, FailureReason
from services.notifier.messages.letters import Letter
from shared.sealing import SubjectId

PARCEL = Parcel("message-1.0", SubjectId(UUID(int=1)), "0912345678", Letter("驗證碼482913"))


@contextmanager
def provider(status=202, body=b'{"id": "sms-77"}', *, drops=False):
    """A provider that answers every request like this; yields its carrier and what it was asked."""
    asked = []

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            told = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append((self.path, dict(self.headers), msgspec.json.decode(told)))
            if drops:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Keep the output of the tests clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            address = f"http://127.0.0.1:{server.server_port}/v1/messages"
            yield HttpSmsCarrier(SmsProvider(address, "t0ken", timeout=5)), asked
        finally:
            server.shutdown()
            thread.join()


def hand_over(carrier):
    with carrier.open() as line:
        return line.hand_over(PARCEL)


def test_a_message_is_given_with_its_number_its_words_and_the_key_that_makes_a_repetition_harmless():
    with provider() as (carrier, asked):
        assert hand_over(carrier) == Taken("sms-77")

    [(path, headers, told)] = asked
    assert path == "/v1/messages"
    assert told == {"to": "+886912345678", "text": "驗證碼482913", "reference": "message-1.0"}
    assert headers["Idempotency-Key"] == "message-1.0"
    assert headers["Authorization"] == "Bearer t0ken"


@pytest.mark.parametrize(
    ("status", "body", "answer"),
    [
        (422, b'{"code": "number-unknown"}', NotTaken(FailureReason.ADDRESS_UNKNOWN, "422 number-unknown")),
        (422, b'{"code": "opted-out"}', NotTaken(FailureReason.OPTED_OUT, "422 opted-out")),
        (402, b'{"code": "no-credit"}', NotTaken(FailureReason.CARRIER_REFUSES_US, "402 no-credit")),
        (401, b"", NotTaken(FailureReason.CARRIER_REFUSES_US, "401")),
        (429, b"slow down, 0912345678", NotTaken(FailureReason.CARRIER_BUSY, "429")),
        (503, b"<html>", NotTaken(FailureReason.CARRIER_BUSY, "503")),
        (400, b'{"code": "0912345678"}', NotTaken(FailureReason.REFUSED, "400")),
        (200, b'{"status": "ok"}', Unknown(Doubt.ANSWER_LOST)),
        (200, b"[]", Unknown(Doubt.ANSWER_LOST)),
    ],
)
def test_each_answer_is_told_for_what_it_is_without_its_words(status, body, answer):
    with provider(status, body) as (carrier, _):
        assert hand_over(carrier) == answer


def test_a_line_that_is_dropped_leaves_a_doubt_that_the_same_key_settles():
    with provider(drops=True) as (carrier, asked):
        assert hand_over(carrier) == Unknown(Doubt.ANSWER_LOST)

    assert len(asked) == 1
    assert carrier.repeatable


def test_a_provider_that_is_not_there_is_away():
    with provider() as (carrier, _):
        pass
    with pytest.raises(CarrierAway, match="ConnectionRefusedError"):
        hand_over(carrier)
