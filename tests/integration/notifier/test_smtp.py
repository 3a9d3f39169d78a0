"""Mail over real SMTP: taken, refused, put off, and the line dropped at each place."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from services.notifier.adapters.smtp import SmtpCarrier, mail_server
from services.notifier.application.carriers import CarrierAway, NotTaken, Parcel, Taken, Unknown
from services.notifier.events import Channel, Doubt, FailureReason
from services.notifier.messages.letters import letter
from shared.sealing import SubjectId
from shared.words import Language
from tests.controls.family import CASE_NO, taipei
from tests.controls.mail_servers import Takes, certificate, knows
from tests.controls.mail_servers import mail_server as serving

SENDER = "docforkids@mohw.gov.tw"
VALUES = {"case_no": CASE_NO, "site": "https://kids.example.tw"}


def parcel(number=1, address="lin@example.tw"):
    words = letter("application-received", 1, Language.CHINESE, Channel.MAIL, VALUES)
    return Parcel(f"message-{number}.0", SubjectId(UUID(int=number)), address, words)


def carrier(port, scheme="smtp+plain"):
    return SmtpCarrier(mail_server(f"{scheme}://127.0.0.1:{port}", SENDER), lambda: taipei(2, 18, 16, 21))


def hand_over(server, *parcels):
    with carrier(server.port).open() as line:
        return [line.hand_over(one) for one in parcels or (parcel(),)]


def test_a_mail_arrives_with_its_words_in_both_forms_and_nothing_from_elsewhere():
    with serving(Takes()) as server:
        assert hand_over(server) == [Taken("message-1.0")]

        (mail,) = server.handler.received.mails
    assert mail["Subject"] == f"【幼兒專責醫師制度計畫通知】案件編號{CASE_NO}申請預約幼兒專責醫師照護服務通知"
    assert mail["From"] == f"幼兒專責系統 <{SENDER}>"
    assert mail["To"] == "lin@example.tw"
    assert mail["Message-ID"] == "<message-1.0@mohw.gov.tw>"
    assert mail["Auto-Submitted"] == "auto-generated"
    plain, page = (mail.get_body((form,)).get_content() for form in ("plain", "html"))
    assert "請勿直接回覆" in plain
    assert "請勿直接回覆" in page
    assert "src=" not in page


def test_several_mails_go_over_one_line():
    with serving(Takes()) as server:
        hand_over(server, parcel(1), parcel(2), parcel(3))

        assert len(server.handler.received.mails) == 3


@pytest.mark.parametrize(
    ("answer", "reason", "code"),
    [
        ("550 5.1.1 <lin@example.tw> no such user", FailureReason.ADDRESS_UNKNOWN, "550 5.1.1"),
        ("550 no such user", FailureReason.ADDRESS_UNKNOWN, "550"),
        ("552 5.2.2 mailbox full", FailureReason.MAILBOX_FULL, "552 5.2.2"),
        ("452 4.2.2 mailbox full", FailureReason.MAILBOX_FULL, "452 4.2.2"),
        ("450 4.7.1 come again", FailureReason.CARRIER_BUSY, "450 4.7.1"),
        ("554 5.7.1 policy", FailureReason.CONTENT_REFUSED, "554 5.7.1"),
        ("530 5.7.0 authentication required", FailureReason.CARRIER_REFUSES_US, "530 5.7.0"),
        ("555 5.5.4 parameters", FailureReason.REFUSED, "555 5.5.4"),
        ("421 4.3.2 closing", FailureReason.LINE_LOST, "421 4.3.2"),
    ],
)
@pytest.mark.parametrize("place", ["at_rcpt", "at_dot"])
def test_each_answer_is_told_for_what_it_is_without_its_words(place, answer, reason, code):
    with serving(Takes(**{place: answer})) as server:
        assert hand_over(server) == [NotTaken(reason, code)]

        assert server.handler.received.mails == []


def test_a_refused_mail_does_not_spoil_the_next_one_on_the_line():
    handler = Takes(at_rcpt="550 5.1.1 no such user")
    with serving(handler) as server, carrier(server.port).open() as line:
        refused = line.hand_over(parcel(1))
        handler.at_rcpt = "250 OK"
        taken = line.hand_over(parcel(2))

    assert (type(refused), type(taken)) == (NotTaken, Taken)


@pytest.mark.parametrize("drop", ["drop before", "drop after"])
def test_a_line_dropped_before_the_final_answer_leaves_a_doubt_whatever_the_server_has_done(drop):
    with serving(Takes(at_dot=drop)) as server:
        assert hand_over(server) == [Unknown(Doubt.ANSWER_LOST)]

        assert len(server.handler.received.mails) == (drop == "drop after")


def test_on_a_line_that_is_gone_nothing_has_left():
    with serving(Takes(at_dot="drop before")) as server, carrier(server.port).open() as line:
        line.hand_over(parcel(1))

        assert line.hand_over(parcel(2)) == NotTaken(FailureReason.LINE_LOST)


def test_a_server_that_is_not_there_is_away():
    with serving(Takes()) as server:
        port = server.port
    with pytest.raises(CarrierAway, match=r"127\.0\.0\.1: ConnectionRefusedError"), carrier(port).open():
        pass


def test_a_server_that_offers_no_encryption_gets_no_mail():
    with (
        serving(Takes()) as server,
        pytest.raises(CarrierAway, match="SMTPNotSupportedError"),
        carrier(server.port, "smtp").open(),
    ):
        pass


def encrypted(server, file):
    server = replace(mail_server(f"smtp://caretrail:p%40ss@127.0.0.1:{server.port}", SENDER), authorities=file)
    return SmtpCarrier(server, lambda: taipei(2, 18, 16, 21))


def test_mail_goes_over_an_encrypted_line_with_our_name_and_password(tmp_path):
    file, context = certificate(tmp_path)
    options = {"tls_context": context, "require_starttls": True, "auth_required": True}
    with serving(Takes(), authenticator=knows("caretrail", "p@ss"), **options) as server:
        with encrypted(server, file).open() as line:
            assert line.hand_over(parcel()) == Taken("message-1.0")

        assert len(server.handler.received.mails) == 1


def test_a_server_that_wants_a_password_we_do_not_give_gets_no_mail(tmp_path):
    file, context = certificate(tmp_path)
    options = {"tls_context": context, "auth_required": True}
    with serving(Takes(), authenticator=knows("caretrail", "p@ss"), **options) as server:
        without_password = replace(mail_server(f"smtp://127.0.0.1:{server.port}", SENDER), authorities=file)
        with SmtpCarrier(without_password, lambda: taipei(2, 18, 16)).open() as line:
            assert line.hand_over(parcel()) == NotTaken(FailureReason.CARRIER_REFUSES_US, "530 5.7.0")


def test_a_server_that_cannot_prove_who_it_is_gets_no_mail(tmp_path):
    _, context = certificate(tmp_path)
    with (
        serving(Takes(), tls_context=context) as server,
        pytest.raises(CarrierAway, match="SSLCertVerificationError"),
        encrypted(server, None).open(),
    ):
        pass


def test_a_password_is_told_to_nobody_by_the_repr():
    server = mail_server("smtps://u:p%40ss@mail.example.tw", SENDER)

    assert (server.host, server.port, server.user, server.password) == ("mail.example.tw", 465, "u", "p@ss")
    assert "p@ss" not in repr(server)
