"""The first wall: what one address may ask, before anything is asked of a context."""

import pytest
from flask import Flask

from services.gateway.web.limits import Left, TooOften, Windows, count, guard, limited
from tests.controls.remote import Remote, browser


@pytest.fixture
def app():
    app = Flask(__name__)
    guard(app)
    return app


def counted(app, address, name="speech", most=2):
    with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
        count(name, most)


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def windows(clock):
    return Windows(clock)


def test_a_minute_after_each_question_another_one_is_free(windows, clock):
    assert windows.take("api", "program", 2) == Left(1, 60)
    clock.now += 20
    assert windows.take("api", "program", 2) == Left(0, 40)
    assert windows.take("api", "program", 2) is None
    assert windows.wait("api", "program") == 40
    clock.now += 39.9
    assert windows.take("api", "program", 2) is None
    clock.now += 0.1
    assert windows.take("api", "program", 2) == Left(0, 20)
    assert windows.take("api", "program", 2) is None


def test_who_was_refused_does_not_wait_longer_for_it(windows, clock):
    windows.take("api", "program", 1)
    clock.now += 59
    assert windows.take("api", "program", 1) is None
    clock.now += 1
    assert windows.take("api", "program", 1) == Left(0, 60)


def test_who_has_asked_for_nothing_within_the_minute_is_forgotten(windows, clock):
    for address in range(100):
        windows.take("forms", f"192.0.2.{address}", 300)
    clock.now += 59
    windows.take("api", "program", 2)
    assert len(windows) == 101
    clock.now += 11
    windows.take("api", "program", 2)
    assert len(windows) == 1


def test_one_address_is_answered_so_often_and_others_are_still_answered(app):
    counted(app, "192.0.2.1")
    counted(app, "192.0.2.1")
    with pytest.raises(TooOften):
        counted(app, "192.0.2.1")
    counted(app, "192.0.2.2")
    counted(app, "192.0.2.1", name="another thing")


def test_a_household_with_ipv6_is_one_address(app):
    counted(app, "2001:db8:1:1::1")
    counted(app, "2001:db8:1:1:ffff::2")
    with pytest.raises(TooOften):
        counted(app, "2001:db8:1:1::3")


def test_a_limited_view_keeps_its_name_and_is_counted(app):
    @limited("status", 1)
    def status():
        return "fine"

    assert status.__name__ == "status"
    with app.test_request_context(environ_base={"REMOTE_ADDR": "192.0.2.1"}):
        assert status() == "fine"
        with pytest.raises(TooOften):
            status()


def test_forms_are_counted_and_pages_that_are_only_read_are_not(app):
    sent = app.test_client()
    assert {sent.post("/").status_code for _ in range(300)} == {404}
    assert sent.post("/").status_code == 429
    assert sent.get("/").status_code == 404


def test_a_thing_asked_too_often_is_answered_with_when_to_come_back():
    visitor = browser(Remote({}))
    visitor.delete_cookie("caretrail")
    alone = {"REMOTE_ADDR": "192.0.2.77"}  # nobody else in these tests comes from there
    answers = [visitor.get("/sign-in/questions/unknown.wav", environ_base=alone) for _ in range(21)]
    assert {answer.status_code for answer in answers[:20]} == {404}
    assert answers[20].status_code == 429
    assert int(answers[20].headers["Retry-After"]) > 0
    assert "以後再試" in answers[20].text
