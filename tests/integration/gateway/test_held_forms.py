"""A form held over an expired session: given back once to whoever has the token, read by nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.gateway.application.held_forms import HeldForms
from services.gateway.commands import Client, HeldForm, HoldForm
from services.gateway.domain import refusals
from services.gateway.domain.policies import POLICIES

pytestmark = pytest.mark.postgres
HOME = Client("203.0.113.7", "Firefox/140.0")
ELSEWHERE = Client("198.51.100.9")
FIELDS = {"reason": ("額滿，<script>", "第二行\n🙂"), "empty": ("",)}
[POLICY] = POLICIES


def hold(house, fields=FIELDS, client=HOME, path="/clinic/cases/MT114000123/decline"):
    return house.gateway.held_forms.hold(HoldForm(path, fields, client), house.now)


def give_back(house, token):
    return house.gateway.held_forms.give_back(HeldForm(token), house.now)


def test_what_was_typed_is_given_back_as_it_was_and_only_once(house):
    held = hold(house)

    typed = give_back(house, held.token)

    assert (typed.path, typed.fields) == ("/clinic/cases/MT114000123/decline", FIELDS)
    with pytest.raises(refusals.HeldFormGone):
        give_back(house, held.token)
    assert house.bytes_of("held_form") == ""


def test_the_database_alone_reads_nothing_of_a_held_form(house):
    held = hold(house, {"reason": ("PLAINTEXT-MARKER",)}, path="/apply/child")

    stored = house.bytes_of("held_form")

    told = {"PLAINTEXT-MARKER", "/apply/child", "reason", held.token, HOME.address}
    assert stored
    assert not [text for text in told if text in stored or text.encode().hex() in stored]


@pytest.mark.parametrize("token", ["", "short", "A" * 43, "字" * 43, "-" * 100, "!" * 43])
def test_a_token_that_was_never_told_opens_nothing_and_takes_nothing(house, token):
    held = hold(house)
    with pytest.raises(refusals.HeldFormGone):
        give_back(house, token)
    assert give_back(house, held.token).fields == FIELDS


def test_after_an_hour_nothing_is_given_back(house):
    held = hold(house)
    assert held.expires_at == house.now + timedelta(minutes=60)

    house.later(minutes=60)

    with pytest.raises(refusals.HeldFormGone):
        give_back(house, held.token)


def test_what_has_expired_is_taken_away(house):
    hold(house)
    house.later(minutes=59)
    kept = hold(house)
    house.later(minutes=1)

    house.gateway.held_forms.sweep(house.now)

    assert house.bytes_of("held_form").count("\n") == 0
    assert give_back(house, kept.token).fields == FIELDS


@pytest.mark.parametrize("path", ["", "apply", "//elsewhere.example", "/apply?x=1", "https://elsewhere.example", "/王"])
def test_a_form_is_held_for_a_path_of_this_site_only(house, path):
    with pytest.raises(refusals.PathMalformed):
        hold(house, path=path)


def test_a_form_that_is_too_large_is_not_held(house):
    with pytest.raises(refusals.FormTooLarge) as caught:
        hold(house, {"reason": ("x" * POLICY.form_bytes,)})
    assert caught.value.params["limit"] == POLICY.form_bytes


def limited(house, **figures):
    return HeldForms(house.connections, house.gateway.vault, [type(POLICY)(**(vars(POLICY) | figures))])


def test_one_client_cannot_fill_the_disk_and_keeps_nobody_else_out(house):
    forms = limited(house, forms_most_by_client=2)
    neighbour = Client("2001:db8:1:2::9")
    for client in (HOME, HOME, Client("2001:db8:1:2::1"), neighbour):
        forms.hold(HoldForm("/apply", FIELDS, client), house.now)

    for client in (HOME, neighbour):
        with pytest.raises(refusals.TooManyHeldForms):
            forms.hold(HoldForm("/apply", FIELDS, client), house.now)
    assert forms.hold(HoldForm("/apply", FIELDS, ELSEWHERE), house.now).token


def test_many_clients_together_cannot_fill_the_disk(house):
    forms = limited(house, forms_most=3)
    for number in range(3):
        forms.hold(HoldForm("/apply", FIELDS, Client(f"203.0.113.{number}")), house.now)
    with pytest.raises(refusals.TooManyHeldForms):
        forms.hold(HoldForm("/apply", FIELDS, ELSEWHERE), house.now)

    house.later(minutes=60)
    assert forms.hold(HoldForm("/apply", FIELDS, ELSEWHERE), house.now).token
