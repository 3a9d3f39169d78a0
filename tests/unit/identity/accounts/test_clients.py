"""From where somebody comes, as it is counted and as it is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.domain.accounts.clients import agent_family
from shared.client_addresses import counted_address


def test_an_ipv6_household_is_counted_as_one_and_its_neighbour_apart():
    assert counted_address("2001:db8:1:2::1") == counted_address("2001:db8:1:2:ffff::9")
    assert counted_address("2001:db8:1:2::1") != counted_address("2001:db8:1:3::1")


def test_an_ipv4_address_is_the_same_inside_ipv6():
    assert counted_address("::ffff:203.0.113.7") == counted_address("203.0.113.7") == "203.0.113.7"


@given(st.text(max_size=60))
def test_whatever_is_no_address_is_counted_together(text):
    assert counted_address(f"{text}!") == counted_address("")


@pytest.mark.parametrize(
    ("agent", "family"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64) Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge, Windows",
        ),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari Line/15.0", "LINE, iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("curl/8.0", "?, ?"),
        ("", "?, ?"),
    ],
)
def test_a_browser_is_told_by_family_and_system(agent, family):
    assert agent_family(agent) == family
