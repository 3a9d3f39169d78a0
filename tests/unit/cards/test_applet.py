"""Our simulated applet: what each command answers, what a wrong PIN costs, and that no bytes break either side."""

from datetime import UTC, date, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from hypothesis import given, settings
from hypothesis import strategies as st

from operate.rehearsal.pki import Pki, new_key, new_rsa_key, personnel
from operate.rehearsal.virtual_card import Chip, VirtualPkiCard
from shared.calendar import taipei_day
from shared.cards.apdu import AnswerMalformed
from shared.cards.applet import (
    AID,
    Applet,
    Holder,
    NotOurCard,
    PinBlocked,
    PinWrong,
    parse_holder,
    parse_validity,
    write_holder,
)
from shared.cards.profiles import CardKind
from shared.cards.token import Algorithm, signature_holds, signed_bytes

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
HOLDER = Holder("王大明", "WANG, DA-MING", "M", date(1976, 1, 1), "A12****789", "A")
ORIGIN, NONCE = "https://care.example.tw", "bm9uY2U="


@pytest.fixture(scope="module")
def issued():
    issuer = Pki(NOW - timedelta(days=30)).issuer(CardKind.PERSONNEL)
    keys = {"ec": new_key(), "p384": ec.generate_private_key(ec.SECP384R1()), "rsa": new_rsa_key()}
    profile = personnel("王大明", "A1")
    return {name: issuer.issue(profile, NOW, NOW + timedelta(days=365), key) for name, key in keys.items()}


@pytest.fixture
def card(issued):
    return VirtualPkiCard(Chip(issued["ec"], CardKind.PERSONNEL, HOLDER, "HC00012345", "246810"))


@pytest.fixture
def applet(card):
    applet = Applet(card.answer)
    assert applet.select()
    return applet


def digest(algorithm, text):
    made = hashes.Hash(algorithm.hash)
    made.update(text)
    return made.finalize()


def test_a_card_says_what_it_is_before_any_pin(applet, issued):
    assert (applet.version(), applet.kind()) == ("1.0", CardKind.PERSONNEL)
    assert (applet.holder(), applet.serial()) == (HOLDER, "HC00012345")
    first, last = applet.validity()
    assert taipei_day(first) == date(2026, 3, 2)
    assert taipei_day(last) == date(2027, 3, 2)
    assert applet.certificate() == issued["ec"].der


@pytest.mark.parametrize("kind", CardKind)
def test_one_interface_serves_every_kind_of_card(issued, kind):
    applet = Applet(VirtualPkiCard(Chip(issued["ec"], kind, Holder("某單位"), "GC1", "246810")).answer)
    assert applet.select()
    assert applet.kind() is kind
    assert applet.holder() == Holder("某單位")


def test_asking_for_the_tries_left_uses_none(applet):
    assert [applet.tries_left() for _ in range(5)] == [3] * 5


def test_the_third_wrong_pin_blocks_the_card_for_the_right_one_too(card, applet):
    answers = [card.answer(bytes.fromhex("0020000106") + b"000000").hex() for _ in range(3)]
    assert answers == ["63c2", "63c1", "6983"]
    assert card.answer(bytes.fromhex("0020000106") + b"246810").hex() == "6983"
    assert applet.tries_left() == 0
    with pytest.raises(PinBlocked):
        applet.verify("246810")


def test_the_right_pin_gives_all_tries_back(applet):
    with pytest.raises(PinWrong) as wrong:
        applet.verify("000000")
    assert wrong.value.left == 2
    applet.verify("246810")
    assert applet.tries_left() == 3


def test_a_pin_too_short_to_be_one_uses_no_try(applet):
    with pytest.raises(NotOurCard):
        applet.verify("123")
    assert applet.tries_left() == 3


def test_tries_used_stay_used_without_power(card, applet):
    with pytest.raises(PinWrong):
        applet.verify("000000")
    card.reset()
    again = Applet(card.answer)
    again.select()
    assert again.tries_left() == 2


def test_nothing_is_signed_before_the_pin_and_after_the_applet_is_selected_anew(card, applet):
    with pytest.raises(NotOurCard, match="6982"):
        applet.sign(Algorithm.ES256, bytes(32))
    applet.verify("246810")
    applet.sign(Algorithm.ES256, bytes(32))
    applet.select()
    with pytest.raises(NotOurCard, match="6982"):
        applet.sign(Algorithm.ES256, bytes(32))
    applet.verify("246810")
    card.reset()
    assert Applet(card.answer).select()
    with pytest.raises(NotOurCard, match="6982"):
        applet.sign(Algorithm.ES256, bytes(32))


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        ("ec", Algorithm.ES256),
        ("p384", Algorithm.ES384),
        ("rsa", Algorithm.RS256),
        ("rsa", Algorithm.RS512),
        ("rsa", Algorithm.PS256),
    ],
)
def test_what_a_card_signs_is_what_a_token_asks_for(issued, key, algorithm):
    applet = Applet(VirtualPkiCard(Chip(issued[key], CardKind.PERSONNEL, HOLDER, "HC1", "246810")).answer)
    applet.select()
    applet.verify("246810")
    signature = applet.sign(algorithm, digest(algorithm, signed_bytes(algorithm, ORIGIN, NONCE)))
    public = issued[key].certificate.public_key()
    assert signature_holds(public, algorithm, signature, ORIGIN, NONCE)
    assert not signature_holds(public, algorithm, signature, f"{ORIGIN}/", NONCE)


def test_a_card_signs_with_no_algorithm_of_another_key(applet):
    applet.verify("246810")
    for algorithm in (Algorithm.RS256, Algorithm.ES384):
        with pytest.raises(NotOurCard, match="6A80"):
            applet.sign(algorithm, bytes(32))


def test_a_secret_comes_back_from_either_kind_of_key(issued):
    rsa_applet = Applet(VirtualPkiCard(Chip(issued["rsa"], CardKind.PERSONNEL, HOLDER, "HC1", "246810")).answer)
    rsa_applet.select()
    rsa_applet.verify("246810")
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
    # 256 bytes do not fit into one command: the card gets them in two.
    assert rsa_applet.decipher(issued["rsa"].certificate.public_key().encrypt(b"secret", oaep)) == b"secret"


def test_a_card_without_the_applet_is_told_apart():
    assert Applet(lambda _: bytes.fromhex("6A82")).select() is False
    with pytest.raises(NotOurCard):
        Applet(lambda _: bytes.fromhex("6F00")).select()


def test_the_version_of_the_interface_is_part_of_its_name():
    assert AID == b"\xf0CARETRAIL\x01"


@given(st.lists(st.binary(max_size=270), max_size=6))
@settings(max_examples=300)
def test_whatever_commands_come_a_card_answers_each_with_a_status(card_for_bytes, commands):
    card_for_bytes.answer(bytes.fromhex("00A404000B") + AID)
    for command in commands:
        assert len(card_for_bytes.answer(command)) >= 2


@pytest.fixture(scope="module")
def card_for_bytes(issued):
    return VirtualPkiCard(Chip(issued["ec"], CardKind.PERSONNEL, HOLDER, "HC1", "246810"))


@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255), st.binary(max_size=255))
def test_whatever_a_command_is_about_it_is_answered_with_a_status(card_for_bytes, instruction, p1, p2, data):
    card_for_bytes.answer(bytes.fromhex("00A404000B") + AID)
    command = bytes([0, instruction, p1, p2]) + (bytes([len(data)]) + data if data else b"")
    assert len(card_for_bytes.answer(command)) >= 2


@given(st.data())
def test_whatever_a_card_answers_the_reader_of_it_says_so_in_its_own_words(data):
    def card(_):
        status = data.draw(
            st.sampled_from([b"\x90\x00", b"\x63\xc2", b"\x69\x83", b"\x6a\x82", b"\x61\x02", b"\x6c\x02", b""])
        )
        return data.draw(st.binary(max_size=40)) + status

    applet = Applet(card)
    told = (applet.version, applet.kind, applet.holder, applet.serial, applet.validity)
    asking = (applet.select, *told, applet.certificate, applet.tries_left, lambda: applet.verify("123456"))
    for ask in asking:
        try:
            ask()
        except (NotOurCard, AnswerMalformed, PinWrong, PinBlocked):
            continue


@given(st.binary(max_size=200))
def test_whatever_bytes_come_they_are_a_holder_or_refused(given):
    try:
        holder = parse_holder(given)
    except NotOurCard:
        return
    assert parse_holder(write_holder(holder)) == holder


@given(st.binary(max_size=20) | st.from_regex(rb"[0-9]{14}", fullmatch=True))
def test_whatever_bytes_come_they_are_a_validity_or_refused(given):
    try:
        first, last = parse_validity(given)
    except NotOurCard:
        return
    assert first.tzinfo
    assert last.tzinfo


def test_nothing_of_the_holder_or_the_pin_shows_in_the_repr(card):
    assert "王大明" not in repr(card.chip)
    assert "246810" not in repr(card.chip)
