"""The words of every message: whole in both languages, filled as declared, and never more than words."""

from __future__ import annotations

import re
from hashlib import sha256
from html import unescape
from importlib import resources
from pathlib import Path
from uuid import UUID

import jinja2
import pytest
from jinja2 import meta

import services.notifier.messages
from services.matching.events import DeclineReason, ParticipationCause, PassedOverCause
from services.notifier.adapters.smtp import mail
from services.notifier.application.carriers import Parcel
from services.notifier.commands import Template
from services.notifier.domain import refusals
from services.notifier.domain.statuses import Status
from services.notifier.events import Audience, Channel, Doubt, FailureReason, Hindrance
from services.notifier.messages import catalogue, words
from services.notifier.messages.letters import HIDDEN, ParametersRefused, letter, one_line, without_secrets
from services.notifier.messages.templates import Blank, TemplateUnknown, newest_version, template, versions
from shared.sealing import SubjectId
from shared.words import Language
from tests.controls.family import taipei

FOLDER = resources.files(services.notifier.messages)
EVERY = [(name, version) for name, newest in versions().items() for version in range(1, newest + 1)]
EXAMPLES = {
    Blank.TEXT: "250218P1621006",
    Blank.DAY: "2025-02-26T23:59:59.999999+08:00",
    Blank.MOMENT: "2025-02-26T15:59:00+00:00",
    Blank.WORD: "capacity_full",
    Blank.LINK: "https://kids.example.tw/activate/secret",
}
DIGESTS = Path(__file__).with_name("WORDS_SENT")
"""SHA-256 of every file of words when it was first used, as `sha256sum` writes it in `services/notifier/messages`."""
INJECTION = "林大明\r\nBcc: everybody@example.tw\r\n\r\n<script>alert(1)</script>\u202e{{ site }}"


def filled(name, version, **changes):
    values = {blank: EXAMPLES[kind] for blank, kind in template(name, version).parameters.items()}
    return values | {blank: value for blank, value in changes.items() if blank in values}


def letters(name, version, **changes):
    """The message in every language and by every channel it has."""
    for language in Language:
        for channel in sorted(template(name, version).channels):
            yield channel, letter(name, version, language, channel, filled(name, version, **changes))


def as_mail(letter):
    parcel = Parcel("message.0", SubjectId(UUID(int=1)), "lin@example.tw", letter)
    return mail(parcel, "docforkids@mohw.gov.tw", taipei(2, 18, 16))


def test_every_message_that_can_be_asked_for_has_words_and_every_words_a_message():
    assert set(versions()) == {name.value for name in Template}


@pytest.mark.parametrize(("name", "version"), EVERY)
def test_every_message_is_told_in_every_language_by_every_way_it_has(name, version):
    told = list(letters(name, version))

    assert len(told) == len(Language) * len(template(name, version).channels)
    for channel, words_of_it in told:
        assert "{{" not in words_of_it.text
        assert "{%" not in words_of_it.text
        if channel == Channel.MAIL:
            assert words_of_it.subject.startswith("【幼兒專責醫師制度計畫通知】")
            assert re.search("請勿直接回覆|do not reply", words_of_it.text)


@pytest.mark.parametrize(("name", "version"), EVERY)
def test_the_words_use_the_declared_blanks_and_no_others(name, version):
    found = template(name, version)
    frame = {"site"} if found.channels & {Channel.MAIL} else set()
    for language in Language:
        parts = found.words(language)
        source = " ".join((parts.subject, *parts.paragraphs, parts.sms))
        used = meta.find_undeclared_variables(jinja2.Environment(autoescape=True).parse(source))
        assert used | frame == set(found.parameters)


@pytest.mark.parametrize(("name", "version"), EVERY)
def test_a_mail_and_its_page_say_the_same(name, version):
    for channel, told in letters(name, version):
        if channel == Channel.MAIL:
            page = re.sub("<style.*?</style>|<title>.*?</title>|<[^>]*>", "", told.html, flags=re.DOTALL)
            assert "".join(unescape(page).split()) == "".join(told.text.split())


@pytest.mark.parametrize(("name", "version"), EVERY)
def test_nothing_that_is_filled_in_becomes_a_header_a_line_a_tag_or_a_blank(name, version):
    texts = [blank for blank, kind in template(name, version).parameters.items() if kind == Blank.TEXT]
    for channel, told in letters(name, version, **dict.fromkeys(texts, INJECTION)):
        if channel == Channel.MAIL:
            made = as_mail(told)
            assert made["Bcc"] is None
            assert "<script>" not in told.html
        assert not any(line.startswith("Bcc:") for line in told.text.splitlines())
        assert "\u202e" not in told.text


def test_a_very_long_name_is_told_whole_in_subject_and_text():
    name = "財團法人" + "長" * 3000 + "診所"
    values = filled("match-found", 1, institution=name, case_no=name)
    told = letter("match-found", 1, Language.ENGLISH, Channel.MAIL, values)

    made = as_mail(told)

    assert name in str(made["Subject"])
    assert name in made.get_body(("plain",)).get_content()
    assert max(len(line) for line in made.as_bytes().splitlines()) <= 998


@pytest.mark.parametrize(("missing", "unknown"), [({"site"}, set()), (set(), {"mother"}), ({"site"}, {"mother"})])
def test_a_missing_or_unknown_parameter_is_refused_by_name(missing, unknown):
    values = {name: value for name, value in filled("application-received", 1).items() if name not in missing}

    with pytest.raises(ParametersRefused) as refused:
        letter("application-received", 1, Language.CHINESE, Channel.MAIL, values | dict.fromkeys(unknown, "x"))

    assert str(refused.value) == f"application-received: missing {sorted(missing)}, unknown {sorted(unknown)}"


def test_words_that_this_release_does_not_have_are_refused():
    with pytest.raises(TemplateUnknown):
        template("application-received", 999)
    with pytest.raises(TemplateUnknown):
        newest_version("nobody-wrote-this")


def test_a_day_is_written_as_each_language_writes_it():
    values = filled("offer-made", 1)

    chinese = letter("offer-made", 1, Language.CHINESE, Channel.MAIL, values)
    english = letter("offer-made", 1, Language.ENGLISH, Channel.MAIL, values)

    assert "114年2月26日（星期三）" in chinese.text
    assert "Wed 26 Feb 2025" in english.text


def test_a_code_is_short_bound_to_the_site_and_says_never_to_pass_it_on():
    values = {"code": "482913", "minutes": "5", "host": "kids.example.tw"}
    chinese = letter("one-time-code", 1, Language.CHINESE, Channel.SMS, values).text
    english = letter("one-time-code", 1, Language.ENGLISH, Channel.SMS, values).text

    assert "請勿告訴任何人" in chinese
    assert "Never pass it on" in english
    for text in (chinese, english):
        assert text.splitlines()[-1] == "@kids.example.tw #482913"
    assert len(chinese) <= 70 + len("\n\n@kids.example.tw #482913")
    assert len(english) <= 160


def test_nobody_but_the_recipient_reads_codes_and_links():
    values = {"link": "https://kids.example.tw/activate/secret", "until": EXAMPLES[Blank.MOMENT], "site": "x"}

    hidden = without_secrets("account-invited", 1, values)

    assert hidden["link"] == HIDDEN
    assert hidden["site"] == "x"


@pytest.mark.parametrize(("name", "version"), EVERY)
def test_every_blank_that_carries_a_code_or_a_link_of_its_own_is_secret(name, version):
    found = template(name, version)

    assert {"code", "link"} & set(found.parameters) == set(found.secret)


def test_one_line_keeps_every_visible_character():
    assert one_line(" 林\u200b大\t明\r\n 先生 ") == "林 大 明 先生"
    assert one_line("𠮷野家 Dr. O'Neil") == "𠮷野家 Dr. O'Neil"


@pytest.mark.parametrize("language", Language)
def test_every_status_reason_and_refusal_has_words_that_say_what_to_do(language):
    from services.notifier.messages.explanations import reason_words, status_words  # noqa: PLC0415

    for status in Status:
        assert status_words(status, language)
    for reason in (*FailureReason, *Hindrance, *Doubt, "checked_not_arrived"):
        assert reason_words(reason, language)
    told_at = {"since": taipei(2, 18, 16), "at": taipei(2, 18, 17)}
    figures = {"institution": "3531012346", "county": "新北市", "status": Status.SENT} | told_at
    for refusal in vars(refusals).values():
        if isinstance(refusal, type) and refusal.__module__ == refusals.__name__:
            assert words(refusal.code, figures | {"most": 20, "per": "day"}, language)


@pytest.mark.parametrize("language", Language)
def test_every_reason_that_matching_publishes_has_a_word(language):
    known = catalogue(language).values

    assert {*DeclineReason, *PassedOverCause, *ParticipationCause} <= known.keys()


def test_every_audience_is_greeted():
    assert {template(name, version).audience for name, version in EVERY} == set(Audience)


def test_words_that_were_sent_have_not_changed():
    listed = dict(line.split("  ")[::-1] for line in DIGESTS.read_text().splitlines())
    there = {
        f"{folder}/{file.name}": sha256(file.read_bytes()).hexdigest()
        for folder in ("templates", "frames")
        for file in (FOLDER / folder).iterdir()
    }

    assert there == listed, "words that were used stay: add a new version, and its line here"
