"""Mobile numbers and mail addresses as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.taiwan.contacts import (
    MalformedEmailAddress,
    MalformedMobileNumber,
    parse_email_address,
    parse_mobile_number,
)


@pytest.mark.parametrize(
    "text",
    [
        "0912345678",
        "0912-345-678",
        "0912 345 678",
        "(09)12345678",
        "０９１２－３４５－６７８",
        "+886912345678",
        "+886 912-345-678",
        "+886 0912 345 678",
        "＋８８６９１２３４５６７８",
        "0912–345–678",
    ],
)
def test_one_mobile_number_in_many_spellings(text):
    mobile = parse_mobile_number(text)

    assert mobile.number == "0912345678"
    assert mobile.e164 == "+886912345678"


@given(st.text("0123456789", min_size=8, max_size=8))
def test_both_forms_of_a_number_are_the_same_number(eight):
    mobile = parse_mobile_number(f"09{eight}")

    assert parse_mobile_number(mobile.e164) == mobile


@pytest.mark.parametrize(
    "text", ["", "091234567", "09123456789", "0212345678", "912345678", "+85291234567", "0912345678#12", "09x2345678"]
)
def test_what_is_no_mobile_number_is_refused(text):
    with pytest.raises(MalformedMobileNumber) as refusal:
        parse_mobile_number(text, field="contact.mobile")

    assert refusal.value.code == "malformed-mobile-number"
    assert refusal.value.field == "contact.mobile"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("mei.lin@example.tw", "mei.lin@example.tw"),
        (" Mei.Lin+case@Example.COM.TW ", "Mei.Lin+case@example.com.tw"),
        ("ｍｅｉ＠ｅｘａｍｐｌｅ．ｔｗ", "mei@example.tw"),
    ],
)
def test_a_plausible_mail_address_keeps_its_name_and_folds_its_domain(text, address):
    assert parse_email_address(text).address == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mei",
        "mei@",
        "@example.tw",
        "mei@example",
        "mei lin@example.tw",
        "mei@@example.tw",
        "mei..lin@example.tw",
        ".mei@example.tw",
        "mei@-example.tw",
        "mei@example..tw",
        "mei@example.tw,lin@example.tw",
        "mei@example.t",
        f"{'m' * 65}@example.tw",
        f"mei@{'example.' * 32}tw",
    ],
)
def test_what_cannot_be_a_mail_address_is_refused(text):
    with pytest.raises(MalformedEmailAddress) as refusal:
        parse_email_address(text, field="contact.email")

    assert refusal.value.field == "contact.email"
