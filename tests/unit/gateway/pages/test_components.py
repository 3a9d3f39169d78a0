"""Components: what they draw, that nothing in them is taken for HTML, and that errors belong to their fields."""

import re
from html.parser import HTMLParser

import pytest
from jinja2 import nodes

from shared.words import Language
from tests.controls.bare_site import bare_site

HTML = "<script>alert(1)</script>\"'"
COMPONENTS = [
    *("marks", "trail", "actions", "form", "fields", "choices", "dates", "identifiers"),
    *("notes", "lists", "tables", "figures"),
]
OPTIONS = [{"value": "yes", "label": "是"}, {"value": "no", "label": "否", "hint": "下一題再問"}]
FIELDS = {
    "fields.text_input(name='f', label='欄位', error=error, hint=hint)": "f",
    "fields.textarea(name='f', label='欄位', error=error, hint=hint, limit=500)": "f",
    "fields.select(name='f', label='欄位', options=options, error=error, hint=hint)": "f",
    "fields.file_input(name='f', label='欄位', accept='.csv', error=error, hint=hint)": "f",
    "choices.radios(name='f', legend='欄位', options=options, error=error, hint=hint)": "f",
    "choices.checkboxes(name='f', legend='欄位', options=options, error=error, hint=hint)": "f",
    "choices.checkbox(name='f', label='欄位', error=error)": "f",
    "dates.date_field(name='f', legend='欄位', error=error, hint=hint)": "f",
    "identifiers.identifier_field(name='f', legend='欄位', kinds=options, error=error, hint=hint)": "f",
    "identifiers.one_time_code(name='f', label='欄位', error=error, hint=hint)": "f",
    "identifiers.password(name='f', label='欄位', error=error, hint=hint)": "f",
}


class Elements(HTMLParser):
    """The elements of a piece of HTML with their attributes, and its text."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def by_id(self, wanted):
        return next(attributes for _, attributes in self.found if attributes.get("id") == wanted)

    def having(self, attribute):
        return [attributes for _, attributes in self.found if attribute in attributes]


@pytest.fixture(scope="module")
def site():
    return bare_site()


def macros(site):
    """Every macro of every component with its arguments and whether it is called with a body."""
    environment = site.jinja_env
    for name in environment.list_templates(filter_func=lambda path: path.startswith("components/")):
        tree = environment.parse(environment.loader.get_source(environment, name)[0])
        for macro in tree.find_all(nodes.Macro):
            has_body = any(call.name == "caller" for call in macro.find_all(nodes.Name))
            yield name, macro.name, [argument.name for argument in macro.args], has_body


def drawn(site, piece, **figures):
    """A piece of a template, which may name the components by their files."""
    imports = "".join(
        f'{{% import "components/{name}.html" as {name} with context %}}' for name in COMPONENTS if f"{name}." in piece
    )
    with site.test_request_context():
        return site.jinja_env.from_string(imports + piece).render({"language": "zh-Hant", **figures}).strip()


@pytest.mark.parametrize("piece", FIELDS)
def test_an_error_belongs_to_its_field_and_is_read_out_with_it(site, piece):
    html = drawn(site, f"{{{{ {piece} }}}}", error="請填這一欄", hint="例如：甲", options=OPTIONS)
    elements = Elements(html)

    described = " ".join(one["aria-describedby"] for one in elements.having("aria-describedby")).split()
    assert "f-error" in described
    assert elements.by_id("f-error")["class"] == "nhsuk-error-message"
    assert "錯誤：請填這一欄" in elements.text
    assert all(elements.by_id(wanted) for wanted in described)


@pytest.mark.parametrize(("piece", "wanted"), FIELDS.items())
def test_the_error_summary_leads_to_something_that_takes_the_focus(site, piece, wanted):
    html = drawn(site, f"{{{{ {piece} }}}}", error=None, hint=None, options=OPTIONS)
    elements = Elements(html)

    (tag, attributes), *others = [found for found in elements.found if found[1].get("id") == wanted]
    assert tag in {"input", "textarea", "select"}
    assert attributes.get("type") != "hidden"
    assert others == []


@pytest.mark.parametrize("piece", FIELDS)
def test_a_field_that_is_right_says_nothing_of_errors(site, piece):
    html = drawn(site, f"{{{{ {piece} }}}}", error=None, hint=None, options=OPTIONS)
    assert "aria-invalid" not in html
    assert "error" not in html


def test_no_two_elements_of_a_form_have_the_same_id(site):
    pieces = [piece.replace("name='f'", f"name='f{number}'") for number, piece in enumerate(FIELDS)]
    html = drawn(site, "".join(f"{{{{ {piece} }}}}" for piece in pieces), error="錯", hint="例", options=OPTIONS)
    ids = [one["id"] for one in Elements(html).having("id")]
    assert len(ids) == len(set(ids))


def test_what_was_typed_stays_and_is_not_taken_for_html(site):
    html = drawn(
        site,
        "{{ fields.text_input('f', '欄位', typed) }}{{ fields.textarea('g', '欄位', typed) }}"
        "{{ dates.date_field('h', '日期', {'era': 'roc', 'year': typed, 'month': typed, 'day': typed}) }}"
        "{{ identifiers.identifier_field('i', '證號', options, value=typed) }}",
        typed=HTML,
        options=OPTIONS,
    )
    assert "<script>" not in html
    elements = Elements(html)
    assert elements.by_id("f")["value"] == HTML
    assert elements.by_id("h-month")["value"] == HTML
    assert elements.by_id("i")["value"] == HTML
    assert HTML in elements.text


def test_every_argument_of_every_macro_is_text_whoever_wrote_it(site):
    """Every macro with HTML for each argument in turn, and fitting values for the others."""
    tried = 0
    for name, macro, arguments, has_body in macros(site):
        if macro.startswith("_"):
            continue
        for spoiled in arguments:
            figures = {argument: fitting(macro, argument) for argument in arguments}
            figures[spoiled] = spoil(figures[spoiled])
            given = ", ".join(f"{argument}=given['{argument}']" for argument in arguments)
            piece = f'{{% import "{name}" as it with context %}}'
            call = f"it.{macro}({given})"
            piece += f"{{% call {call} %}}甲{{% endcall %}}" if has_body else f"{{{{ {call} }}}}"
            assert "<script>" not in drawn(site, piece, given=figures), f"{name}: {macro}({spoiled})"
            tried += 1
    assert tried > 200


LISTS = {
    "options": OPTIONS,
    "kinds": OPTIONS,
    "actions": [{"text": "甲", "href": "#", "note": "乙", "why": "丙"}],
    "items": [
        {
            "text": "甲",
            "href": "#",
            "about": "乙",
            "name": "丙",
            "value": "丁",
            "without": "#",
            "label": "戊",
            "figure": 1,
            "unit": "己",
            "note": "庚",
            "count": 3,
        }
    ],
    "columns": [{"text": "甲", "href": "#"}],
    "rows": [{"name": "甲", "value": 3, "text": "三", "values": [{"text": "三", "value": 3}, "乙"]}],
    "simple": [{"name": "甲", "value": 3, "text": "三"}],
    "parts": ["甲", "乙"],
    "values": ["甲"],
    "wrong": ["year"],
    "whole": ["甲"],
    "errors": {"f": "請填這一欄"},
}


def fitting(macro, argument):
    """A value that an argument of this name takes."""
    if argument == "when":
        return "2026-03-09T10:21:00+08:00"
    if argument in {"level", "limit"} or macro == "count":
        return 2
    return LISTS.get(argument, "甲")


def spoil(value):
    """The same with HTML in every text of it; figures and moments stay, which filters refuse as text."""
    if isinstance(value, list):
        return [spoil(one) for one in value]
    if isinstance(value, dict):
        return {key: spoil(one) for key, one in value.items()}
    if isinstance(value, int) or re.match(r"\d{4}-", value):
        return value
    return value + HTML


def test_a_command_goes_once_and_a_form_is_known_as_ours(site):
    html = drawn(site, "{% call form.command('/apply') %}{% endcall %}")
    hidden = {one["name"]: one["value"] for one in Elements(html).having("name")}
    assert hidden == {"csrf_token": "token-of-this-page", "idempotency_key": "key-of-this-form"}

    shown_again = drawn(site, "{% call form.command('/apply', key='the-first') %}{% endcall %}")
    assert {one["name"]: one["value"] for one in Elements(shown_again).having("name")}["idempotency_key"] == "the-first"


def test_a_form_with_nothing_wrong_has_no_summary(site):
    assert drawn(site, "{{ form.error_summary({}) }}") == ""


def test_the_summary_counts_what_is_wrong_with_fields_and_with_the_whole(site):
    html = drawn(site, "{{ form.error_summary({'f': '請填這一欄'}, ['案件已經改過']) }}")
    elements = Elements(html)
    assert "有 2 個地方要修正" in elements.text
    assert [one["href"] for one in elements.having("href")] == ["#f"]


def test_a_status_is_a_shape_and_a_word_not_a_colour_alone(site):
    for tone in ("turn", "wait", "done", "refused", "ended", "alert"):
        html = drawn(site, "{{ marks.status(tone, '輪到您') }}", tone=tone)
        assert f"is-{tone}" in html
        assert "<svg" in html
        assert Elements(html).text == "輪到您"


def test_masked_text_is_read_out_as_the_end_of_something(site):
    elements = Elements(drawn(site, "{{ marks.masked('手機', '678') }}"))
    assert elements.text == "*******678手機，末三碼 678"


def test_a_case_number_can_be_copied_whole(site):
    assert Elements(drawn(site, "{{ marks.case_number('260309P1021014') }}")).text == "260309P1021014"


def test_every_filter_in_force_is_the_link_that_removes_it(site):
    html = drawn(site, "{{ lists.filters([{'name': '居住地', 'value': '臺北市', 'without': '?born=2025'}], '?') }}")
    assert [one["href"] for one in Elements(html).having("href")] == ["?born=2025", "?"]
    assert drawn(site, "{{ lists.filters([]) }}") == ""


@pytest.mark.parametrize(("language", "parts"), [(Language.CHINESE, "ymd"), (Language.ENGLISH, "dmy")])
def test_a_date_is_asked_in_the_order_of_the_language_and_in_its_own_era(language, parts):
    html = drawn(bare_site(language), "{{ dates.date_field('born', '出生日期') }}", language=language)
    elements = Elements(html)
    fields = [one["name"] for one in elements.having("inputmode")]
    assert [name.removeprefix("born-")[0] for name in fields] == list(parts)
    chosen = [one["value"] for one in elements.having("checked")]
    assert chosen == ["roc" if language is Language.CHINESE else "western"]


def test_a_live_check_sends_nothing_but_the_parts_of_its_field(site):
    html = drawn(
        site, "{{ identifiers.identifier_field('mother', '證號', options, check='/apply/check') }}", options=OPTIONS
    )
    (field,) = Elements(html).having("hx-post")
    assert field["hx-params"] == "mother-kind,mother"
    assert field["hx-target"] == "[id='mother-echo']"


def test_a_table_that_becomes_cards_keeps_its_roles(site):
    html = drawn(
        site,
        "{% call tables.queue('等您回覆', [{'text': '孩子'}]) %}{% call tables.row() %}"
        "{% call tables.head('孩子') %}林○禾{% endcall %}{% endcall %}{% endcall %}",
    )
    roles = [one["role"] for one in Elements(html).having("role")]
    assert roles == ["table", "rowgroup", "row", "columnheader", "rowgroup", "row", "rowheader"]


def test_bars_are_as_long_as_their_share_of_the_longest(site):
    rows = [{"name": "甲", "value": 50, "text": "50"}, {"name": "乙", "value": 200, "text": "200"}]
    html = drawn(site, "{{ figures.bars(rows) }}", rows=rows)
    assert [one["width"] for one in Elements(html).having("width")] == ["25.0%", "100.0%"]
    assert drawn(site, "{{ figures.bars(rows) }}", rows=[{"name": "甲", "value": 0, "text": "0"}]).count("0%") >= 1
