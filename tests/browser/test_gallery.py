"""Every component in every state: usable by everybody, in both themes and languages, on a phone, on paper, by keys."""

import pytest

from services.gateway.web.known import Badge, Known
from shared.principal import Role
from shared.words import Language
from tests.controls.bare_site import bare_site, served

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FAULTS = """
async rules => (await axe.run(document, {runOnly: rules})).violations
    .map(found => `${found.id}: ${found.nodes.map(node => node.html.slice(0, 160)).join(" | ")}`)
"""
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
TOO_SMALL = """
() => [...document.querySelectorAll(
    "button, .nhsuk-button, .ct-badge, .ct-nav a, .ct-tabs a, .ct-foot a, summary, input[type=text]")]
    .filter(one => one.getBoundingClientRect().width && one.getBoundingClientRect().height < 43.5)
    .map(one => one.outerHTML.slice(0, 120))
"""
CUT_OFF = """
() => [...document.querySelectorAll(".nhsuk-button, .ct-st, .ct-badge")]
    .filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.textContent)
"""
DOCTOR = Known("", "", Role.DOCTOR, (), badge=Badge(name="許沐晴", institution_name="青田家庭醫學科診所"))


@pytest.fixture(scope="module", params=[Language.CHINESE])
def address(request):
    with served(bare_site(request.param, DOCTOR)) as address:
        yield address


in_both_languages = pytest.mark.parametrize("address", Language, indirect=True)


@pytest.fixture
def look(browser, address):
    """Opens the gallery without its charts: `look(width=375, theme="dark")`; options are Playwright's."""
    contexts = []

    def look(width=1280, theme="light", **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.route("**/static/charts.*.js", lambda route: route.abort())
        page.goto(f"{address}/design?theme={theme}")
        return page

    yield look
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def seen(browser, address):
    """The gallery for tests that change nothing of it: `seen("dark", 375)`, each theme opened once."""
    context = browser.new_context()
    opened = {}

    def seen(theme="light", width=1280):
        if theme not in opened:
            opened[theme] = listened_to(context.new_page())
            opened[theme].goto(f"{address}/design?theme={theme}")
        opened[theme].set_viewport_size({"width": width, "height": 900})
        return opened[theme]

    yield seen
    context.close()


def listened_to(page):
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    return page


def faults(page, axe):
    page.evaluate(axe)
    return page.evaluate(FAULTS, RULES)


@pytest.mark.parametrize(
    ("address", "theme", "width"),
    [
        (Language.CHINESE, "light", 1280),
        (Language.CHINESE, "dark", 375),
        (Language.ENGLISH, "dark", 1280),
        (Language.ENGLISH, "light", 320),
    ],
    indirect=["address"],
)
def test_everybody_can_use_every_component(seen, axe, theme, width):
    page = seen(theme, width)
    assert faults(page, axe) == []
    assert page.complaints == []


@in_both_languages
def test_nothing_has_to_be_pushed_sideways(seen):
    """640 px is what 1280 px are at a zoom of 200 %; 320 px what they are at 400 % (WCAG 1.4.10)."""
    assert {width: seen("light", width).evaluate(TOO_WIDE) for width in (320, 375, 640)} == {320: 0, 375: 0, 640: 0}


def test_text_spaced_as_readers_need_it_is_not_cut_off(look):
    """WCAG 1.4.12."""
    page = look(375)
    page.evaluate("""() => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(
            "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }"
            + "p { margin-bottom: 2em !important; }");
        document.adoptedStyleSheets = [sheet];
    }""")
    assert page.evaluate(TOO_WIDE) == 0
    assert page.evaluate(CUT_OFF) == []


def test_a_finger_hits_what_it_means(seen):
    assert [*seen("light", 375).evaluate(TOO_SMALL), *seen("light", 1280).evaluate(TOO_SMALL)] == []


def test_keys_alone_lead_past_the_header_and_show_where_they_are(look):
    page = look(java_script_enabled=False)
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    assert focused.inner_text() == "跳到主要內容"
    assert focused.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.locator("main a:focus, main button:focus").count() == 1


def test_what_is_wrong_takes_the_focus_and_leads_to_its_field(look):
    page = look()
    assert page.evaluate("document.activeElement.hasAttribute('data-error-summary')")
    page.get_by_role("link", name="出生日期少了日，請填 1 到 31").click()
    assert page.evaluate("document.activeElement.name") == "wrong-born-year"


def test_a_choice_opens_its_questions_and_shows_all_of_them_without_scripts(look):
    page = look()
    page.locator("input[name=is-born][value=no]").check()
    assert not page.locator("#born").is_visible()
    page.locator("input[name=is-born][value=yes]").check()
    assert page.locator("#born").is_visible()

    plain = look(java_script_enabled=False)
    assert plain.locator("#born").is_visible()
    assert not plain.get_by_text("列印或存成 PDF").is_visible()
    assert plain.locator(".ct-bars").is_visible()


def test_a_long_text_counts_characters_as_people_do(look):
    page = look()
    page.locator("#note").fill("👨" + "一" * 9)
    assert page.locator("#note-count").inner_text() == "還可以輸入 490 個字"
    assert page.locator("#wrong-reason-count").inner_text() == "超過 42 個字，請縮短"


def test_a_password_can_be_looked_at(look):
    page = look()
    page.locator("#password").fill("opensesame")
    page.get_by_role("button", name="顯示密碼").click()
    assert page.locator("#password").get_attribute("type") == "text"
    page.get_by_role("button", name="隱藏密碼").click()
    assert page.locator("#password").get_attribute("type") == "password"


def test_typing_is_not_lost_by_leaving_the_page(look):
    page = look()
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.locator("#note").fill("還沒送出")
    page.reload()
    assert asked == ["beforeunload"]


def test_a_chart_is_drawn_from_its_table_in_the_colours_of_the_theme(seen):
    page = seen("dark")
    assert page.locator("[data-chart-place] svg").is_visible()
    assert page.locator("[data-chart-place] path[fill='#6fd0c2']").count() == 5
    assert not page.locator(".ct-chart .ct-bars").is_visible()


def test_paper_carries_the_record_and_no_controls(seen):
    page = seen()
    page.emulate_media(media="print")
    assert not page.locator(".ct-nav").is_visible()
    assert not page.locator(".nhsuk-button").first.is_visible()
    assert page.locator(".ct-trail").first.is_visible()
    assert page.locator("body").evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(255, 255, 255)"
    page.emulate_media(media="screen")


def test_colours_that_the_system_forces_leave_borders_around_what_is_told_by_its_ground(look):
    page = look(forced_colors="active")
    for kind in (".ct-st", ".ct-note", ".ct-badge", ".ct-echo", ".nhsuk-button", ".ct-choice"):
        assert page.locator(kind).first.evaluate("one => getComputedStyle(one).borderTopStyle") == "solid", kind


def test_the_base_brings_no_colour_of_its_own_into_the_dark(seen):
    """What lies on the page is of our tokens, none of them lighter than a third there."""
    page = seen("dark")
    bright = page.evaluate("""() => [...document.querySelectorAll("main *")].filter(one => {
        const [r, g, b, a = 1] = getComputedStyle(one).backgroundColor.match(/[\\d.]+/g).map(Number);
        const coloured = one.closest(".nhsuk-button, .nhsuk-panel, [data-chart-place]");
        return !coloured && !one.matches(".ct-seg") && a > 0.5 && (r + g + b) / 3 > 85;
    }).map(one => one.outerHTML.slice(0, 120))""")
    assert bright == []


def test_a_session_about_to_end_is_told_of(browser, address):
    context = browser.new_context()
    page = context.new_page()
    page.clock.install()
    page.goto(f"{address}/design")
    page.clock.fast_forward("15:00")
    assert not page.locator("[data-session]").is_visible()
    page.clock.fast_forward("03:00")
    assert page.locator("[data-session]").is_visible()
    with page.expect_response(lambda answer: answer.request.method == "GET"):
        page.get_by_role("button", name="繼續使用").click()
    page.locator("[data-session]").wait_for(state="hidden")
    context.close()
