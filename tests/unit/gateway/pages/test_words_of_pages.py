"""Every word of every page stands in its area's words, in both languages; none is missing, none left over."""

import ast
import re
import string
import tomllib
from functools import cache
from itertools import chain
from pathlib import Path

import pytest
from jinja2 import nodes

from services.gateway import web
from services.gateway.web.bureau import board, cases, invitations, taking_part
from services.gateway.web.bureau import record as bureau_record
from services.gateway.web.cards import checking, own_cards
from services.gateway.web.clinic import enrolled, queue
from services.gateway.web.clinic import record as clinic_record
from services.gateway.web.clinic.offers import Standing
from services.gateway.web.organisations import grants
from services.gateway.web.practice import licences
from services.gateway.web.support_lists import applications, batch, supports, tabs, workbook
from services.gateway.web.support_review import deciding, evidence, searching, statistics
from services.gateway.web.support_review import queue as support_queue
from shared.cards.agent import CheckLine
from shared.cards.profiles import CardKind
from shared.principal import OF_CARDS
from shared.taiwan.codes import professions
from shared.words import Language
from tests.controls.bare_site import bare_site

WEB = Path(web.__file__).parent
AREAS = sorted(folder.name for folder in (WEB / "words").iterdir() if folder.is_dir())
TEMPLATES = sorted(str(path.relative_to(WEB / "templates")) for path in (WEB / "templates").rglob("*.html"))
SOURCES = sorted(WEB.rglob("*.py"))
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
ENGLISH = re.compile(r"[A-Za-z]{2,}")
SENTENCE = re.compile(r"[A-Z][a-z]+ [a-z]+| [a-z]{2,}[.?!]$")
NAMES = {"Caretrail", "caretrail"}
"""What is not translated."""


def flat(told, path):
    for name, below in told.items():
        if isinstance(below, dict):
            yield from flat(below, f"{path}.{name}")
        else:
            yield f"{path}.{name}", below


@cache
def words(area, language):
    return dict(flat(tomllib.loads((WEB / "words" / area / f"{language}.toml").read_text("utf-8")), area))


@cache
def every_key():
    return {key for area in AREAS for key in words(area, Language.CHINESE)}


def figures_of(phrase):
    return {name for _, name, _, _ in string.Formatter().parse(phrase) if name is not None}


@cache
def environment():
    return bare_site().jinja_env


@cache
def tree_of(template):
    return environment().parse((WEB / "templates" / template).read_text("utf-8"))


@pytest.mark.parametrize("area", AREAS)
def test_an_area_says_the_same_things_in_both_languages(area):
    chinese, english = words(area, Language.CHINESE), words(area, Language.ENGLISH)
    assert chinese.keys() == english.keys()
    assert all(chinese.values())
    assert all(english.values())
    assert {key for key in chinese if figures_of(chinese[key]) != figures_of(english[key])} == set()


@pytest.mark.parametrize("area", AREAS)
def test_english_words_are_english(area):
    told = words(area, Language.ENGLISH)
    allowed = {"base.other-language"}  # each language names the other in its own script
    assert {key for key, phrase in told.items() if CHINESE.search(phrase)} - allowed == set()


def as_pattern(key):
    """A key as it is written in a program: text, or parts with gaps between them; None for what may be anything."""
    match key:
        case nodes.Const(value=str(text)) | ast.Constant(value=str(text)):
            return re.escape(text)
        case nodes.Concat(nodes=parts):
            return "".join(as_pattern(part) or r".+" for part in parts)
        case ast.JoinedStr(values=parts):
            return "".join(as_pattern(part) or r".+" for part in parts)
        case nodes.CondExpr(expr1=one, expr2=other) | ast.IfExp(body=one, orelse=other):
            return f"(?:{as_pattern(one) or '.+'}|{as_pattern(other) or '.+'})"
        case _:
            return None


def asked_in_template(tree):
    """The keys that a template asks for by `t`, as patterns."""
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "t" and call.args:
            yield as_pattern(call.args[0])


def asked_in_source(path):
    for call in ast.walk(ast.parse(path.read_text("utf-8"))):
        if (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Name)
            and call.func.id in {"t", "phrase"}
            and call.args
        ):
            yield as_pattern(call.args[0])


def has_words(pattern):
    return any(re.fullmatch(pattern, key) for key in every_key())


@pytest.mark.parametrize("template", TEMPLATES)
def test_what_a_template_says_has_words(template):
    assert [asked for asked in asked_in_template(tree_of(template)) if asked and not has_words(asked)] == []


@pytest.mark.parametrize("planted", ['{{ t("base.skipp") }}', '{{ t("base.dates." ~ part) }}'])
def test_a_key_that_has_no_words_is_found(planted):
    assert [has_words(asked) for asked in asked_in_template(environment().parse(planted))] == [False]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(WEB)))
def test_what_a_view_says_has_words(path):
    assert [asked for asked in asked_in_source(path) if asked and not has_words(asked)] == []


CODED = {
    "cards.own.reasons": own_cards.REASONS,
    "cards.check.about": {*checking.BY_THE_PAGE, *CheckLine, *checking.BY_THE_SITE},
    "cards.check.line": {*checking.BY_THE_PAGE, *CheckLine, *checking.BY_THE_SITE},
    "cards.issuer": CardKind,
    "cards.kind": CardKind,
    "base.capacity": OF_CARDS,
    "organisations.standing": grants.Standing,
    "practice.standing": licences.Standing,
    "practice.profession": professions(),
    "bureau.heaps": board.URGENT_FIRST,
    "bureau.progress": invitations.TABS,
    "bureau.taking-part.reasons": taking_part.REASONS,
    "clinic.standing": set(Standing) - {Standing.OVER},
    "support_review.flags": evidence.Flag,
    "support_review.decide": deciding.Verdict,
    "support_review.filters": {
        one.name for one in (*support_queue.FILTERS, *searching.OF_APPLICATIONS, *searching.OF_SUPPORTS)
    },
    "support_review.statistics": {*statistics.COLUMNS, *(one.name for one in statistics.FILTERS)},
    "support_review.statistics.of": statistics.By,
    "support_review.queue.part": support_queue.PARTS,
    "support_lists.tabs": {*tabs.Tab, tabs.ALL},
    "support_lists.holding": supports.Holding,
    "support_lists.columns": workbook.COLUMNS,
    "support_lists.filters": {one.name for one in (*applications.FILTERS, *chain(*supports.FILTERS.values()))},
    "support_lists.batch.kind": batch.KINDS,
    "support_lists.batch.choice": batch.CHOICES,
    "work.commands": {*clinic_record.SHOWN, *bureau_record.SHOWN},
    "work.filters": {one.name for one in (*queue.FILTERS, *cases.FILTERS, *enrolled.FILTERS)},
}
"""Keys that end in a code, and every code that can stand there."""


@pytest.mark.parametrize("beginning", CODED)
def test_every_code_that_a_key_ends_in_has_words(beginning):
    assert [code for code in CODED[beginning] if f"{beginning}.{code}" not in every_key()] == []


def named_anywhere():
    """Everything in templates and sources that may be a key: texts, also with gaps, that begin with an area."""
    beginning = re.compile(rf"({'|'.join(map(re.escape, AREAS))})\\\.")
    for template in TEMPLATES:
        for kind in (nodes.Const, nodes.Concat):
            for node in tree_of(template).find_all(kind):
                if (pattern := as_pattern(node)) and beginning.match(pattern):
                    yield pattern
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant | ast.JoinedStr):
                pattern = as_pattern(node)
                if pattern and beginning.match(pattern):
                    yield pattern


def test_no_words_are_left_that_nobody_says():
    patterns = sorted(set(named_anywhere()))
    exact = {re.sub(r"\\(.)", r"\1", pattern) for pattern in patterns if ".+" not in pattern}
    open_ended = re.compile("|".join(pattern for pattern in patterns if ".+" in pattern) or "(?!)")
    said = exact | {f"{key}-one" for key in exact}  # of one alone, by `counted`
    assert {key for key in every_key() - said if not open_ended.fullmatch(key)} == set()


def outside_of_words(tree):
    """Whatever a reader would read of a template that no catalogue has."""
    html = "".join(
        part.data if isinstance(part, nodes.TemplateData) else "\x00"
        for output in tree.find_all(nodes.Output)
        for part in output.nodes
    )
    shown = re.sub(r"<!--.*?-->|<(script|style)\b.*?</\1>", "", html, flags=re.DOTALL)
    for attribute in re.findall(r'(?:aria-label|title|alt|placeholder|content)="([^"]*)"', shown):
        if CHINESE.search(attribute) or SENTENCE.search(attribute):
            yield attribute
    for text in re.split(r"<[^<>]*>", shown):
        for word in ENGLISH.findall(text):
            if word not in NAMES and not re.search(r'[=<>"]', text):
                yield text.strip()
                break
        if CHINESE.search(text):
            yield text.strip()
    for constant in tree.find_all(nodes.Const):
        if isinstance(constant.value, str) and (CHINESE.search(constant.value) or SENTENCE.search(constant.value)):
            yield constant.value


@pytest.mark.parametrize("template", TEMPLATES)
def test_no_word_stands_in_a_template(template):
    assert list(outside_of_words(tree_of(template))) == []


@pytest.mark.parametrize(
    "planted",
    [
        "<p>Apply now</p>",
        "<p>立即申請</p>",
        "<p>{% if who %}登出{% endif %}</p>",
        '<nav aria-label="頁尾"></nav>',
        '<img alt="Where to go" src="{{ picture }}">',
        '{{ actions.button("送出") }}',
        '{{ actions.button("Send it now") }}',
    ],
)
def test_a_word_planted_in_a_template_is_found(planted):
    assert list(outside_of_words(environment().parse(planted))) != []


@pytest.mark.parametrize("template", TEMPLATES)
def test_no_template_brings_styles_or_scripts_that_the_content_policy_refuses(template):
    source = (WEB / "templates" / template).read_text("utf-8")
    assert re.findall(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=|javascript:|\|\s*safe\b", source) == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(WEB)))
def test_no_word_stands_in_a_view(path):
    tree = ast.parse(path.read_text("utf-8"))
    documentation = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    found = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in documentation
        and CHINESE.search(node.value)
    ]
    assert path.name == "shown.py" or found == []  # how dates are written is no word of a page
