"""A family comes in by a code, and nothing of it stands in an address."""

import pytest

from tests.controls.remote import checked
from tests.unit.gateway.sign_in.conftest import known, signed_in


def send(visitor, mobile="0912 345 678", **more):
    return visitor.post("/sign-in/phone", data={"mobile": mobile, "back": "/cases/9?x=1", **more})


def test_the_code_page_follows_and_its_address_holds_neither_phone_nor_attempt(visitor, desk):
    answer = send(visitor)
    assert (answer.status_code, answer.location) == (303, "/sign-in/phone/code")
    assert desk.last("request_code")["mobile"] == "0912 345 678"


def test_the_page_tells_which_phone_until_when_how_often_and_when_another_can_be_sent(visitor):
    send(visitor)
    page = visitor.get("/sign-in/phone/code").text
    for told in ("678", "10:45:00", "還有 3 次", "10:41:00"):
        assert told in page
    assert "secret of the attempt" not in page


@pytest.mark.parametrize("typed", ["123456", " 123 456 ", "123-456", "１２３４５６"])
def test_a_code_is_taken_however_it_was_pasted(visitor, desk, typed):
    send(visitor)
    answer = visitor.post("/sign-in/phone/code", data={"code": typed})
    assert desk.last("verify_code")["code"] == "123456"
    assert desk.last("verify_code")["attempt"] == "secret of the attempt"
    assert answer.location == "/cases/9?x=1"


def test_the_session_is_kept_where_scripts_do_not_reach_it(visitor):
    send(visitor)
    cookies = visitor.post("/sign-in/phone/code", data={"code": "123456"}).headers.getlist("Set-Cookie")
    (session,) = [cookie for cookie in cookies if cookie.startswith("caretrail=token")]
    assert "HttpOnly" in session
    assert "SameSite=Lax" in session


@pytest.mark.parametrize(
    ("typed", "told"),
    [("", "請輸入簡訊裡"), ("40718", "少了 1 碼"), ("4071811", "多了 1 碼"), ("12345a", "不要輸入其他文字")],
)
def test_what_cannot_be_a_code_costs_no_try(visitor, desk, typed, told):
    send(visitor)
    answer = visitor.post("/sign-in/phone/code", data={"code": typed})
    assert (answer.status_code, told in answer.text) == (422, True)
    assert "還有 3 次" in answer.text
    assert not [method for method, _ in desk.asked if method == "identity.verify_code"]


def test_a_wrong_code_leaves_one_try_less(visitor, desk):
    send(visitor)
    desk.refuses("verify_code", "code-wrong", "code")
    answer = visitor.post("/sign-in/phone/code", data={"code": "000000"})
    assert (answer.status_code, "還有 2 次" in answer.text) == (422, True)
    assert "還有 2 次" in visitor.get("/sign-in/phone/code").text


def test_a_code_without_tries_offers_another_and_no_field(visitor, desk):
    send(visitor)
    desk.refuses("verify_code", "code-used-up", "code")
    page = visitor.post("/sign-in/phone/code", data={"code": "000000"}).text
    assert 'autocomplete="one-time-code"' not in page
    assert 'value="0912 345 678"' in page


def test_whoever_was_not_sent_a_code_here_is_led_to_the_phone(visitor):
    assert visitor.get("/sign-in/phone/code").location == "/sign-in/phone"


def test_a_question_comes_with_the_phone_kept_and_its_secret_stays_here(visitor, desk):
    desk.refuses("request_code", "question-needed")
    page = send(visitor).text
    assert "哪兩個是水果？" in page
    assert 'value="0912 345 678"' in page
    assert "secret of the question" not in page


def test_the_answer_goes_with_the_question_that_was_asked_here(visitor, desk):
    desk.refuses("request_code", "question-needed")
    page = send(visitor).text
    number = page.split('name="question" value="')[1].split('"')[0]
    send(visitor, question=number, **{"question.answer": "蘋果、香蕉"})
    assert desk.last("request_code")["question"] == {"token": "secret of the question", "answer": "蘋果、香蕉"}


def test_a_question_is_heard_by_the_browser_that_was_asked_and_by_no_other(visitor, desk):
    desk.refuses("request_code", "question-needed")
    desk.answers["identity.speak_question"] = {"wav": "UklGRg=="}
    number = send(visitor).text.split('name="question" value="')[1].split('"')[0]
    heard = visitor.get(f"/sign-in/questions/{number}.wav")
    assert (heard.mimetype, heard.data) == ("audio/wav", b"RIFF")
    assert visitor.get("/sign-in/questions/another.wav").status_code == 404


def test_a_browser_is_known_again_by_those_who_came_in_by_it_the_latest_first(visitor, desk):
    for device in ("first", "second", "first"):
        desk.answers["identity.verify_code"] = signed_in("parent", device)
        send(visitor)
        visitor.post("/sign-in/phone/code", data={"code": "123456"})
    send(visitor)
    assert desk.last("request_code")["client"]["devices"] == ["first", "second"]


def test_whoever_is_in_is_asked_whether_to_go_on_and_a_form_sent_twice_leads_on(visitor, desk):
    desk.answers["identity.check_sessions"] = checked(known("parent"))
    assert 'href="/cases/9"' in visitor.get("/sign-in/phone?back=/cases/9").text
    assert send(visitor).location == "/cases/9?x=1"
