"""健保卡: with a reader and a password, or without one by a code each time; never the number alone."""

import pytest

from tests.controls.remote import checked
from tests.unit.gateway.sign_in.conftest import known

WHO = {"identifier": "A200000003", "mobile": "0912 345 678"}
LOG_IN, REGISTER, FORGOTTEN = "/sign-in/nhi-number", "/sign-in/nhi-card/register", "/sign-in/nhi-card/forgotten"


def prove(visitor, start, **more):
    visitor.post(start, data={**WHO, **more})
    return visitor.post(f"{start}/code", data={"code": "123456"})


def test_card_and_password_come_in_together(visitor, desk):
    typed = {"identifier": "A200000003", "card_number": "900000000001", "password": "four green kettles"}
    assert visitor.post("/sign-in/nhi-card", data={**typed, "back": "/organisation"}).location == "/organisation"
    asked = desk.last("log_in_by_nhi_card")
    assert {name: asked[name] for name in typed} == typed


def test_nothing_is_asked_before_a_card_was_read(visitor, desk):
    typed = {"identifier": "A200000003", "card_number": "", "password": "four green kettles"}
    answer = visitor.post("/sign-in/nhi-card", data=typed)
    assert (answer.status_code, "還沒有讀到健保卡" in answer.text) == (422, True)
    assert "identity.log_in_by_nhi_card" not in [method for method, _ in desk.asked]


def test_a_refused_password_is_never_shown_again(visitor, desk):
    desk.refuses("log_in_by_nhi_card", "nhi-not-accepted")
    typed = {"identifier": "A200000003", "card_number": "900000000001", "password": "four green kettles"}
    page = visitor.post("/sign-in/nhi-card", data=typed)
    assert page.status_code == 422
    assert "four green kettles" not in page.text
    assert "900000000001" not in page.text
    assert 'value="A200000003"' in page.text


def test_without_a_reader_the_code_comes_first_then_the_number(visitor, desk):
    assert visitor.post(LOG_IN, data={**WHO, "back": "/organisation"}).location == f"{LOG_IN}/code"
    assert desk.last("ask_nhi_code")["purpose"] == "log_in"
    assert visitor.post(f"{LOG_IN}/code", data={"code": "123 456"}).location == f"{LOG_IN}/card"
    answer = visitor.post(f"{LOG_IN}/card", data={"card_number": "9000 0000 0001"})
    assert answer.location == "/organisation"
    asked = desk.last("log_in_by_nhi_number")
    assert (asked["proof"], asked["card_number"]) == ("proof of the code", "900000000001")


@pytest.mark.parametrize("start", [LOG_IN, REGISTER, FORGOTTEN])
def test_no_page_opens_before_the_one_that_leads_to_it(visitor, start):
    assert visitor.get(f"{start}/code").location == start
    assert visitor.get(f"{start}/card").location == start
    assert visitor.post(f"{start}/card", data={"card_number": "900000000001"}).location == start


def test_a_code_for_one_thing_opens_no_other(visitor):
    prove(visitor, REGISTER)
    assert visitor.get(f"{LOG_IN}/card").location == LOG_IN
    assert visitor.get(f"{FORGOTTEN}/card").location == FORGOTTEN


def test_asking_for_another_code_drops_the_proof_of_the_first(visitor):
    prove(visitor, LOG_IN)
    visitor.post(LOG_IN, data=WHO)
    assert visitor.get(f"{LOG_IN}/card").location == LOG_IN


def test_what_is_kept_between_the_pages_has_no_national_id(visitor):
    prove(visitor, LOG_IN)
    with visitor.session_transaction() as kept:
        assert "A200000003" not in str(dict(kept))


@pytest.mark.parametrize(("start", "method"), [(LOG_IN, "log_in_by_nhi_number"), (FORGOTTEN, "set_nhi_password")])
def test_a_number_that_no_card_has_is_told_of_beside_its_field(visitor, desk, start, method):
    prove(visitor, start)
    desk.refuses(method, "nhi-card-number-malformed", "card_number")
    answer = visitor.post(f"{start}/card", data={"card_number": "12345678901a"})
    assert (answer.status_code, 'id="card_number-error"' in answer.text) == (422, True)


def test_a_wrong_code_leaves_one_try_less(visitor, desk):
    visitor.post(LOG_IN, data=WHO)
    desk.refuses("verify_nhi_code", "code-wrong", "code")
    answer = visitor.post(f"{LOG_IN}/code", data={"code": "000000"})
    assert (answer.status_code, "還有 2 次" in answer.text) == (422, True)
    assert visitor.get(f"{LOG_IN}/card").location == LOG_IN


def test_a_card_is_registered_as_it_was_read_after_a_code(visitor, desk):
    prove(visitor, REGISTER)
    read = {"identifier": "A200000003", "card_number": "900000000001", "born_on": "1976-01-01"}
    answer = visitor.post(f"{REGISTER}/card", data={**read, "password": "four green kettles"})
    assert answer.location == f"{REGISTER}/done"
    asked = desk.last("register_nhi_card")
    assert {name: asked[name] for name in read} == read
    assert (asked["proof"], asked["session"]) == ("proof of the code", "")
    assert visitor.get(f"{REGISTER}/card").location == REGISTER


def test_whoever_is_in_by_card_and_pin_registers_without_a_code(visitor, desk):
    desk.answers["identity.check_sessions"] = checked(known("practitioner") | {"assurances": ["card+pin"]})
    assert visitor.get(REGISTER).location == f"{REGISTER}/card"
    visitor.post(f"{REGISTER}/card", data={"card_number": "900000000001", "born_on": "1976-01-01", "password": "x"})
    asked = desk.last("register_nhi_card")
    assert (asked["proof"], asked["session"]) == ("", "token of a session")


@pytest.mark.parametrize(("role", "proved"), [("practitioner", "otp+cardno"), ("institution", "card+pin")])
def test_whoever_is_in_by_less_or_by_an_institutions_card_takes_the_code(visitor, desk, role, proved):
    desk.answers["identity.check_sessions"] = checked(known(role) | {"assurances": [proved]})
    assert visitor.get(REGISTER).status_code == 200
    assert visitor.get(f"{REGISTER}/card").location == REGISTER


def test_a_forgotten_password_is_set_by_code_and_number(visitor, desk):
    prove(visitor, FORGOTTEN)
    answer = visitor.post(f"{FORGOTTEN}/card", data={"card_number": "900000000001", "password": "four green kettles"})
    assert answer.location == f"{FORGOTTEN}/done"
    assert desk.last("ask_nhi_code")["purpose"] == "new_password"
    assert desk.last("set_nhi_password")["proof"] == "proof of the code"
    assert "新密碼設定好了" in visitor.get(f"{FORGOTTEN}/done").text
