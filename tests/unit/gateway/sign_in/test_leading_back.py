"""Nobody is led to another site by the name of a page to come back to."""

import pytest

from services.gateway.web.sign_in.returning import path_on_this_site


@pytest.mark.parametrize("path", ["/cases", "/cases/260309P1021014?held=abc", "/clinic?tab=%E5%8C%97", "/"])
def test_a_path_of_this_site_is_led_back_to(path):
    assert path_on_this_site(path) == path


@pytest.mark.parametrize(
    "elsewhere",
    [
        "",
        "cases",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n/evil.example",
        "/\r\nSet-Cookie: a=b",
        " //evil.example",
        "/\x00",
        "/\x85/evil",
        f"/{'a' * 2001}",
    ],
)
def test_what_a_browser_could_take_for_another_site_is_not(elsewhere):
    assert path_on_this_site(elsewhere) == ""


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example"])
def test_whoever_came_by_such_a_link_begins_on_their_own_page(visitor, elsewhere):
    typed = {"email": "doctor@example.tw", "password": "four green kettles", "back": elsewhere}
    assert visitor.post("/sign-in", data=typed).location == "/clinic"
