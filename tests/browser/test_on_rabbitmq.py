"""The same site with RabbitMQ between its parts: a family, its clinic and its bureau see what each of them does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.families import Family
from tests.browser.site import Site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers import RabbitMQServer

pytestmark = pytest.mark.rabbitmq


@pytest.fixture(scope="module")
def site(rabbitmq: RabbitMQServer) -> Iterator[Site]:
    vhost = rabbitmq.new_vhost()
    with Site(vhost, families=4) as site:
        yield site
    rabbitmq.drop_vhost(vhost)


def test_a_case_goes_from_its_family_to_its_clinic_and_shows_at_its_bureau(visit, site):
    parent = visit(language="en", width=375)
    family = Family(parent)
    clinic = site.door("case_manager")
    case = family.apply(0, "佇列試", family.doctors(clinic.who)[0])
    parent.open(f"/cases/{case['number']}")
    assert parent.faults() == []
    expect(parent.page.locator("main")).to_contain_text("Waiting for")

    desk = visit(language="en")
    desk.come_in_by_password(clinic.address, clinic.password)
    desk.page.wait_for_url("**/clinic**")
    desk.open(f"/clinic/accept?case={case['id']}")
    desk.page.locator("main form button[type=submit]").first.click()
    expect(desk.page.locator("main")).to_contain_text(case["number"])

    parent.page.reload()
    expect(parent.page.locator("main")).to_contain_text("Sign the notice")
    officer = site.door("bureau_manager")
    board = visit()
    board.come_in_by_password(officer.address, officer.password)
    board.page.wait_for_url("**/bureau**")
    board.open(f"/bureau/cases/{case['number']}")
    assert board.faults() == []
    expect(board.page.locator("main")).to_contain_text(case["number"])
