"""Layouts: what every page has, whatever fills it."""

import re
from pathlib import Path

import pytest
from flask import flash

from services.gateway import web
from services.gateway.web.known import Badge, Known
from shared.principal import Role
from shared.words import Language
from tests.controls.bare_site import bare_site

WEB = Path(web.__file__).parent
RULES = re.sub(
    r"/\*.*?\*/", "", "".join(path.read_text("utf-8") for path in (WEB / "browser/css").iterdir()), flags=re.DOTALL
)
WRITTEN = "".join(path.read_text("utf-8") for path in (WEB / "templates").rglob("*.html"))
FILLED = {
    "layouts/public.html": "{% block main %}<h1>甲</h1>{% endblock %}",
    "layouts/staff.html": "{% block main %}<h1>甲</h1>{% endblock %}",
    "layouts/service_start.html": "{% block hero %}<h1>甲</h1>{% endblock %}",
    "layouts/question.html": '{% import "components/choices.html" as choices with context %}'
    '{% block question %}{{ choices.radios("born", "甲", [], error=errors.born, legend_is="heading") }}{% endblock %}',
    "layouts/check_answers.html": "{% block answers %}乙{% endblock %}",
    "layouts/confirmation.html": '{% import "components/notes.html" as notes with context %}'
    '{% block panel %}{% call notes.panel("甲") %}乙{% endcall %}{% endblock %}',
    "layouts/timeline.html": "{% block steps %}乙{% endblock %}",
    "layouts/work_queue.html": "{% block queue %}乙{% endblock %}",
    "layouts/record.html": "{% block decision %}乙{% endblock %}",
    "layouts/review.html": "{% block evidence %}乙{% endblock %}",
    "layouts/dashboard.html": "{% block charts %}乙{% endblock %}",
}
DOCTOR = Known("", "", Role.DOCTOR, (), badge=Badge(name="許沐晴", institution_name="青田家庭醫學科診所"))


def filled(layout, language=Language.CHINESE, who=None, **figures):
    site = bare_site(language)
    with site.test_request_context():
        template = site.jinja_env.from_string(f'{{% extends "{layout}" %}}{FILLED[layout]}')
        given = {
            "language": language,
            "other_language_url": "?lang=other",
            "who": who,
            "heading": "甲",
            "finding": "甲",
        }
        return template.render(given | {"action": "/apply", "errors": {}, **figures})


@pytest.mark.parametrize("layout", FILLED)
def test_every_page_can_be_found_one_s_way_about(layout):
    page = filled(layout)
    assert page.index('href="#main"') < page.index("<header") < page.index('<main class="ct-main" id="main"')
    assert len(re.findall(r"<h1\b", page)) == 1
    assert len(re.findall(r"<main\b", page)) == 1
    assert '<html lang="zh-Hant-TW"' in page
    assert [
        f'href="/{way}"' in page for way in ("notices", "help", "contact", "accessibility", "privacy", "status")
    ] == [True] * 6


@pytest.mark.parametrize("layout", FILLED)
def test_the_other_language_is_named_in_its_own_words(layout):
    assert 'lang="en" hreflang="en">English<' in filled(layout)
    english = filled(layout, Language.ENGLISH)
    assert '<html lang="en"' in english
    assert 'lang="zh-Hant-TW" hreflang="zh-Hant-TW">中文<' in english


def test_a_visitor_is_not_asked_to_sign_out():
    page = filled("layouts/public.html")
    assert "登出" not in page
    assert "data-session" not in page


def test_somebody_signed_in_sees_as_whom_and_can_leave_by_a_form_that_is_ours():
    page = filled("layouts/staff.html", who=DOCTOR)
    assert "許沐晴" in page
    assert "青田家庭醫學科診所" in page
    assert re.search(r'<form method="post" action="/sign-out"><input type="hidden" name="csrf_token"', page)


def test_the_menu_says_where_one_is():
    menu = [{"text": "幼兒收案", "href": "/clinic", "current": True, "count": 5}, {"text": "訊息", "href": "/messages"}]
    page = filled("layouts/staff.html", menu=menu)
    assert re.findall(r'<a href="/clinic" aria-current="page">幼兒收案 <span class="ct-count">5</span></a>', page)
    assert page.count("aria-current") == 1


def test_staff_pages_are_dense_and_families_are_not():
    assert "ct-dense" in filled("layouts/work_queue.html")
    assert "ct-dense" not in filled("layouts/timeline.html")


def test_a_question_with_an_error_says_so_in_the_tab_the_summary_and_at_the_field():
    page = filled("layouts/question.html", errors={"born": "請選一個"}, step=2, steps=6, service="申請")
    assert re.search(r"<title>錯誤：", page)
    assert (
        page.index("data-error-summary")
        < page.index('<form method="post" action="/apply"')
        < page.index('id="born-error"')
    )
    assert "申請，第 2 題，共 6 題" in page


def test_what_has_just_happened_is_said_once_on_the_next_page():
    site = bare_site()
    with site.test_request_context():
        flash("已經收案", "done")
        page = site.jinja_env.get_template("layouts/public.html").render({"language": "zh-Hant"})
    assert re.search(r'is-done" role="status">.*已經收案', page)


def test_what_htmx_keeps_and_runs_is_limited_by_the_page():
    (told,) = re.findall(r"name=\"htmx-config\" content='([^']+)'", filled("layouts/public.html"))
    assert '"allowEval":false' in told
    assert '"historyCacheSize":0' in told
    assert '"includeIndicatorStyles":false' in told


def test_every_rule_of_ours_is_for_something_that_a_page_has():
    ruled = set(re.findall(r"\.(ct-[\w-]+)", RULES))
    put_together = {"ct-w-2", "ct-w-4", "ct-w-10", "ct-w-20", "ct-card--narrow", "ct-card--decision", "ct-card--late"}
    put_together |= {f"ct-below-{depth}" for depth in range(1, 5)}
    assert {name for name in ruled - put_together if not re.search(rf"{name}(?![\w-])", WRITTEN)} == set()


def test_every_class_of_ours_in_a_page_has_a_rule():
    written = {
        name for classes in re.findall(r'class="([^"]*)"', WRITTEN) for name in re.findall(r"ct-\w[\w-]*\w", classes)
    }
    assert {name for name in written if not re.search(rf"\.{name}(?![\w-])", RULES)} - {
        "ct-w",
        "ct-card",
        "ct-below",
    } == set()
