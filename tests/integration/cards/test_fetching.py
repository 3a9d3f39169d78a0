"""Fetching answers and lists from servers that do everything else than answer."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress

import pytest

from shared.cards.fetching import FetchFailed, Limits, fetch_by_http

LIMITS = Limits(1000, 5.0)
IMPATIENT = Limits(1000, 0.3)
OK = b"HTTP/1.1 200 OK\r\n"


@contextmanager
def serving(behave):
    """The address of a server that takes one request and then behaves so; `over` is set when the test is."""
    over = threading.Event()
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            connection, _ = listening.accept()
            with connection:
                heard.append(connection.recv(65_536))
                with suppress(OSError):  # whoever asked has hung up, as they should
                    behave(connection, over)
                    connection.shutdown(socket.SHUT_WR)
                    while connection.recv(65_536):  # what is closed unread is a broken connection for whoever asked
                        pass

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/ocsp?a=b", heard
        finally:
            over.set()
            thread.join()


def saying(*parts):
    return lambda connection, _: connection.sendall(b"".join(parts))


def test_a_list_is_fetched_and_a_question_is_posted():
    with serving(saying(OK, b"Content-Length: 5\r\n\r\n", b"\x30\x03abc")) as (address, heard):
        assert fetch_by_http(address, LIMITS) == b"\x30\x03abc"
    assert heard[0].startswith(b"GET /ocsp?a=b HTTP/1.1\r\n")
    with serving(saying(OK, b"\r\n", b"answer")) as (address, heard):
        assert fetch_by_http(address, LIMITS, question=b"\x30\x00") == b"answer"
    assert heard[0].startswith(b"POST /ocsp?a=b HTTP/1.1\r\n")
    assert b"Content-Type: application/ocsp-request" in heard[0]


def test_an_answer_as_large_as_allowed_is_taken_and_one_byte_more_is_not():
    with serving(saying(OK, b"\r\n", b"x" * 1000)) as (address, _):
        assert fetch_by_http(address, LIMITS) == b"x" * 1000
    with (
        serving(saying(OK, b"\r\n", b"x" * 1001)) as (address, _),
        pytest.raises(FetchFailed, match="too large"),
    ):
        fetch_by_http(address, LIMITS)


def test_an_answer_that_says_it_is_huge_is_not_read_to_its_end():
    def endless(connection, over):
        connection.sendall(OK + b"Content-Length: 99999999999\r\n\r\n")
        while not over.is_set():
            connection.sendall(b"x" * 65_536)

    with serving(endless) as (address, _), pytest.raises(FetchFailed, match="too large"):
        fetch_by_http(address, LIMITS)


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary Redirect"])
def test_nobody_is_followed_elsewhere(status):
    redirect = f"HTTP/1.1 {status}\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n".encode()
    with serving(saying(redirect)) as (address, _), pytest.raises(FetchFailed, match="status 30"):
        fetch_by_http(address, LIMITS)


@pytest.mark.parametrize("status", ["404 Not Found", "500 Oh", "503 Later", "204 None"])
def test_a_server_that_does_not_say_200_has_failed(status):
    with (
        serving(saying(f"HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\nab".encode())) as (address, _),
        pytest.raises(FetchFailed, match="status"),
    ):
        fetch_by_http(address, LIMITS)


@pytest.mark.parametrize(
    "said", [b"", b"hello\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", b"HTTP/1.1 two hundred\r\n\r\n"]
)
def test_what_is_no_answer_of_a_web_server_has_failed(said):
    with serving(saying(said)) as (address, _), pytest.raises(FetchFailed):
        fetch_by_http(address, LIMITS)


def test_a_server_that_says_nothing_is_not_waited_for():
    with serving(lambda _, over: over.wait()) as (address, _), pytest.raises(FetchFailed):
        fetch_by_http(address, IMPATIENT)


@pytest.mark.parametrize("begun", [b"", b"HTTP/1.1 200 OK\r\nX: ", OK + b"\r\n"])
def test_a_server_that_sends_a_byte_now_and_then_is_not_waited_for(begun):
    def drip(connection, over):
        connection.sendall(begun)
        while not over.wait(0.05):
            connection.sendall(b"x")

    with serving(drip) as (address, _), pytest.raises(FetchFailed):
        fetch_by_http(address, IMPATIENT)


def test_an_answer_in_chunks_is_put_together():
    chunks = b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    with serving(saying(OK, chunks)) as (address, _):
        assert fetch_by_http(address, LIMITS) == b"abcde"
    with serving(saying(OK, chunks[:-8])) as (address, _), pytest.raises(FetchFailed):
        fetch_by_http(address, LIMITS)


def test_a_place_where_nobody_listens_has_failed():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(FetchFailed, match="ConnectionRefused"):
        fetch_by_http(f"http://127.0.0.1:{port}/", LIMITS)


def test_a_server_whose_certificate_is_nobodys_has_failed():
    with (
        serving(saying(b"not tls")) as (address, _),
        pytest.raises(FetchFailed, match="SSL"),
    ):
        fetch_by_http(address.replace("http:", "https:"), LIMITS)
