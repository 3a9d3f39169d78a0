"""Whole ways: a clinic's from its queue to the signed notice, a bureau's from its board to the figures, a family's.

Each is gone in Chinese in the embedded mode, and in English with RabbitMQ between the parts; the family's own way in
Chinese stands in test_parents.
"""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from operate.stories import Story
from shared.words import Language
from tests.browser.families import Family
from tests.browser.filling import answer, case_no_of, choose_doctors, date_fields, examine_and_answer, go_on
from tests.browser.people import Visitor
from tests.browser.said import Said
from tests.browser.site import Site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

    from tests.servers import RabbitMQServer

TODAY = datetime.now(UTC) + timedelta(hours=8)
EMBEDDED, ON_RABBITMQ = "embedded", "rabbitmq"


@pytest.fixture(scope="module", params=[EMBEDDED, pytest.param(ON_RABBITMQ, marks=pytest.mark.rabbitmq)])
def mode(request: pytest.FixtureRequest) -> str:
    """What lies between the parts of the site."""
    return str(request.param)


@pytest.fixture(scope="module")
def site(mode: str, request: pytest.FixtureRequest) -> Iterator[Site]:
    if mode == EMBEDDED:
        yield request.getfixturevalue("embedded_site")
        return
    rabbitmq: RabbitMQServer = request.getfixturevalue("rabbitmq")
    vhost = rabbitmq.new_vhost()
    with Site(vhost, families=4, stories=(Story.MATCHING,)) as site:
        yield site
    rabbitmq.drop_vhost(vhost)


@pytest.fixture(scope="module")
def said(mode: str) -> Said:
    return Said(Language.CHINESE if mode == EMBEDDED else Language.ENGLISH)


@pytest.fixture(scope="module")
def family(browser: Browser, site: Site, axe: str) -> Iterator[Family]:
    """One for all tests of this file: few codes an hour go to one address."""
    context = browser.new_context(locale="zh-TW")
    yield Family(Visitor(context.new_page(), site, axe))
    context.close()


def staff(visit: Callable[..., Visitor], site: Site, said: Said, role: str, path: str, width: int = 1280) -> Visitor:
    """Somebody of this role, on the page of their work."""
    door = site.door(role)
    visitor = visit(language=said.language, width=width)
    visitor.come_in_by_password(door.address, door.password)
    visitor.page.wait_for_url(f"**{path}**")
    return visitor


def await_page(visitor: Visitor, path: str) -> None:
    """Open a page of a matter that somebody else has begun a moment ago."""
    for _ in range(40):
        answer = visitor.page.goto(visitor.site.url(path))
        if answer is not None and answer.ok:
            return
        visitor.page.wait_for_timeout(250)
    raise AssertionError(f"{path} did not come")


def press(visitor: Visitor, name: str) -> None:
    """Press the button of this name."""
    visitor.page.get_by_role("button", name=name, exact=True).first.click()


def test_a_clinic_works_through_its_queue(
    visit: Callable[..., Visitor], site: Site, family: Family, said: Said
) -> None:
    clinic = site.door("case_manager").who
    mine, other = family.doctors(clinic)[0], family.doctors("小兒科")[0]
    cases = [family.apply(child, f"試{child}", mine, other) for child in (1, 2, 3, 4)]
    numbers = [case["number"] for case in cases]

    desk = staff(visit, site, said, "case_manager", "/clinic", width=375)
    expect(desk.page.get_by_role("heading", level=1)).to_have_text(said("clinic.queue.title"))
    assert desk.faults() == []
    desk.open("/clinic?applied_from=115/01/01&birth_orders=1")
    expect(desk.page.locator(".ct-badge")).to_have_count(2)
    desk.page.locator(".ct-badge").filter(has_text=said("work.filters.birth_orders")).click()
    expect(desk.page.locator(".ct-badge")).to_have_count(1)

    for case in cases:
        await_page(desk, f"/clinic/cases/{case['id']}")
    desk.open(f"/clinic/cases/{cases[0]['id']}")
    assert desk.faults() == []
    desk.page.get_by_role("link", name=said("clinic.decline.choose")).click()
    press(desk, said("clinic.decline.confirm"))
    expect(desk.page.locator("[data-error-summary]")).to_be_focused()
    assert desk.faults() == []
    desk.page.get_by_label(said.value("capacity_full")).check()
    desk.page.get_by_label(said("clinic.decline.explanation")).fill("<b>full</b> 🙂")
    press(desk, said("clinic.decline.confirm"))
    expect(desk.page.get_by_role("status").first).to_contain_text(numbers[0])

    desk.open("/clinic")
    for number in numbers[1:]:
        desk.page.locator(f"[aria-label$='{number}']").check()
    press(desk, said("clinic.accept.ticked"))
    expect(desk.page.get_by_role("heading", level=1)).to_have_text(said("clinic.accept.title-many", count=3))
    assert desk.faults() == []
    desk.page.get_by_role("button", name=said("clinic.accept.confirm-many", count=3)).dblclick()
    expect(desk.page.get_by_role("heading", level=1)).to_have_text(said("clinic.accepted.title", count=3))

    press(desk, said("clinic.accepted.export"))
    with desk.page.expect_download() as download:
        press(desk, said("clinic.export.csv"))
    rows = list(csv.reader(io.StringIO(Path(download.value.path()).read_text("utf-8-sig"))))
    assert {row[0] for row in rows[1:]} == set(numbers[1:])
    press(desk, said("clinic.export.taken"))
    expect(desk.page.get_by_role("status").first).to_contain_text("3")

    desk.open(f"/clinic/cases/{cases[1]['id']}/enrol")
    desk.page.get_by_label(said("clinic.enrol.day")).fill(f"{TODAY:%Y-%m-%d}")
    press(desk, said("clinic.enrol.confirm"))
    expect(desk.page.get_by_role("heading", level=1)).to_have_text(said("clinic.enrolled.title"))
    expect(desk.page.get_by_role("table")).to_contain_text(numbers[1])
    assert desk.faults() == []


def test_a_bureau_confirms_a_closure_and_reads_its_figures(
    visit: Callable[..., Visitor], site: Site, family: Family, said: Said
) -> None:
    clinic = site.door("case_manager").who
    mine, other = family.doctors(clinic)[0], family.doctors("小兒科")[0]
    case = family.apply(0, "試變更", mine)
    desk = staff(visit, site, said, "case_manager", "/clinic")
    await_page(desk, f"/clinic/accept?case={case['id']}")
    press(desk, said("clinic.accept.button"))
    desk.open(f"/clinic/cases/{case['id']}/enrol")
    desk.page.get_by_label(said("clinic.enrol.day")).fill(f"{TODAY.year - 1911}/{TODAY:%m/%d}")
    press(desk, said("clinic.enrol.confirm"))
    expect(desk.page.get_by_role("table")).to_contain_text(case["number"])
    change = family.ask_for_another(case["id"], other)

    bureau = staff(visit, site, said, "bureau_manager", "/bureau")
    await_page(bureau, f"/bureau/cases/{change['number']}/closure")
    bureau.open("/bureau?queue=closure_open")
    assert bureau.faults() == []
    bureau.page.get_by_role("row").filter(has_text=change["number"]).get_by_role(
        "link", name=said("bureau.closure.button")
    ).click()
    press(bureau, said("bureau.closure.confirm"))
    expect(bureau.page.locator("[data-error-summary]")).to_be_focused()
    bureau.page.get_by_label(said("bureau.closure.day")).fill(f"{TODAY:%Y-%m-%d}")
    press(bureau, said("bureau.closure.confirm"))
    expect(bureau.page.get_by_role("status").first).to_contain_text(change["number"])

    bureau.open(f"/bureau/cases/{change['number']}")
    expect(bureau.page.locator("main")).to_contain_text(said("bureau.steps.PreviousEnrolmentClosed"))
    assert bureau.faults() == []
    for path in ("/bureau/cases", "/bureau/institutions", "/bureau/doctors", "/bureau/statistics"):
        bureau.open(path)
        assert bureau.faults() == [], path
    expect(bureau.page.locator("figure[data-chart] svg, figure[data-chart] canvas").first).to_be_visible()
    with bureau.page.expect_download() as download:
        bureau.page.get_by_role("link", name=said("bureau.statistics.file-months")).click()
    assert Path(download.value.path()).read_text("utf-8-sig").startswith(said("bureau.statistics.month"))


@pytest.mark.parametrize("mode", [pytest.param(ON_RABBITMQ, marks=pytest.mark.rabbitmq)], indirect=True)
def test_a_family_applies_and_sees_what_becomes_of_its_case(
    visit: Callable[..., Visitor], site: Site, said: Said
) -> None:
    parent = visit(language=said.language, width=375)
    parent.come_in_by_phone("0912000403", "/apply")
    answer(parent, {"born": "yes", **date_fields("child.birth_date", -200)})
    answer(parent, {"twins": "no"})
    answer(parent, {"child.name": "Ana", "child.sex": "female", "child.identifier": "A200001019"})
    answer(parent, {"mother.identifier-kind": "passport", "mother.identifier": "XK7654321"})
    parent.page.locator("[name='child.residence.county']").select_option("臺北市")
    parent.page.locator("[name='child.residence.district'] option[value='大安區']").wait_for(state="attached")
    answer(parent, {"child.residence.district": "大安區", "child.residence.street": "1 Demo Road"})
    answer(parent, {"household": "same"})
    answer(parent, {"contact.relation": "mother", "contact.name": "Ana Lin", "contact.email": ""})
    choose_doctors(parent, 2)
    go_on(parent)
    examine_and_answer(parent, {})
    case_no = case_no_of(parent)
    assert parent.shown()["heading"] == said("parents.sent.title")
    parent.open(f"/cases/{case_no}")
    assert parent.faults() == []
    expect(parent.page.locator("main")).to_contain_text(said("parents.status.asked"))

    officer = staff(visit, site, said, "bureau_manager", "/bureau")
    await_page(officer, f"/bureau/cases/{case_no}")
    expect(officer.page.locator("main")).to_contain_text(said("bureau.case.now.institution"))

    parent.open(f"/cases/{case_no}/withdraw")
    answer(parent, {"reason": "found_otherwise"})
    expect(parent.page.locator("main")).to_contain_text(said("parents.status.withdrawn"))
