"""保存期限 on a store and a vault: what was written cannot be read any more, everything else stays as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from services.support.commands import DenyApplication, ForgetApplication, HoldRetention, LiftRetentionHold
from services.support.domain import refusals
from services.support.events import DenialReason, HoldGround, Remarks, ReviewersRemarks
from shared.refusals import RoleNotAllowed
from tests.controls.applicants import OPERATOR
from tests.controls.family import taipei
from tests.controls.supporters import BUREAU, MANAGER, OTHER_BUREAU, SATURDAY, line

pytestmark = pytest.mark.postgres

LAST_DAY = taipei(2, 18, 23, 59).replace(year=2028)
DAY_AFTER = taipei(2, 19, 0).replace(year=2028)


@pytest.fixture
def denied(office):
    """An application with remarks, denied with an explanation."""
    case = office.submitted(line(remarks="夜診支援"))
    office.ask(DenyApplication(case.id, DenialReason.OTHER, "與門診時間重疊"), BUREAU)
    return case.id


def said(office, application_id):
    """The remarks of the first line."""
    [entry] = office.application(application_id).lines.values()
    remarks = office.vault.open(entry.terms.remarks, Remarks)
    return remarks.text if remarks else None


def opinion(office, application_id):
    [denial] = [fact for fact in office.supporting.events.get(application_id) if type(fact).__name__ == "SupportDenied"]
    found = office.vault.open(denial.explanation, ReviewersRemarks)
    return found.text if found else None


def test_after_three_years_nobody_can_read_what_was_written_and_the_rest_stays(office, denied):
    other = office.submitted(line(schedule=SATURDAY, remarks="週六支援")).id
    before = office.told(denied)

    office.ask(ForgetApplication(denied), office.platform, now=DAY_AFTER)

    assert (said(office, denied), opinion(office, denied)) == (None, None)
    assert said(office, other) == "週六支援"
    assert office.told(denied) == [*before, "ApplicationForgotten"]
    application = office.application(denied)
    assert (application.state, len(application.lines)) == ("denied", 1)
    assert [entry.ground for entry in office.vault.forgotten()][-1].startswith("自送審日起保存三年")


def test_until_the_last_day_is_over_it_is_kept(office, denied):
    with pytest.raises(refusals.RetentionNotOver):
        office.ask(ForgetApplication(denied), office.platform, now=LAST_DAY)

    assert (said(office, denied), opinion(office, denied)) == ("夜診支援", "與門診時間重疊")


def test_a_hold_keeps_it_and_whoever_lifts_it_lets_it_go(office, denied):
    office.ask(HoldRetention(denied, HoldGround.REMEDY), MANAGER)
    with pytest.raises(refusals.RetentionHolds):
        office.ask(ForgetApplication(denied), office.platform, now=DAY_AFTER)
    assert said(office, denied) == "夜診支援"

    office.ask(LiftRetentionHold(denied), OPERATOR)
    office.ask(ForgetApplication(denied), office.platform, now=DAY_AFTER)
    assert said(office, denied) is None


def test_the_manager_of_the_county_and_operators_hold_and_nobody_else(office, denied):
    with pytest.raises(RoleNotAllowed):
        office.ask(HoldRetention(denied, HoldGround.REMEDY), BUREAU)
    manager_elsewhere = replace(MANAGER, jurisdiction=OTHER_BUREAU.jurisdiction)
    with pytest.raises(refusals.NotYourJurisdiction):
        office.ask(HoldRetention(denied, HoldGround.REMEDY), manager_elsewhere)
    with pytest.raises(RoleNotAllowed):
        office.ask(ForgetApplication(denied), OPERATOR, now=DAY_AFTER)


def test_whoever_dies_between_vault_and_log_does_it_again_to_the_same_subject(office, denied):
    keeper = office.supporting.desk.keeper_of(office.application(denied))

    def die():
        raise KeyboardInterrupt

    office.supporting.append, append = lambda *_, **__: die(), office.supporting.append
    with pytest.raises(KeyboardInterrupt):
        office.ask(ForgetApplication(denied), office.platform, key="the same", now=DAY_AFTER)
    office.supporting.append = append
    assert said(office, denied) is None

    office.ask(ForgetApplication(denied), office.platform, key="the same", now=DAY_AFTER)

    [*_, forgotten] = office.supporting.events.get(denied)
    assert forgotten.subject == keeper


def test_a_support_that_goes_on_keeps_what_it_was_approved_with(office):
    far_ahead = replace(SATURDAY, first=date(2028, 3, 11), last=date(2028, 3, 11))
    [support_id] = office.granted(line(schedule=far_ahead, remarks="週六支援"))
    application_id = office.support(support_id).application

    with pytest.raises(refusals.RetentionNotOver):
        office.ask(ForgetApplication(application_id), office.platform, now=DAY_AFTER)
    assert said(office, application_id) == "週六支援"

    office.ask(ForgetApplication(application_id), office.platform, now=taipei(3, 11, 12).replace(year=2028))
    assert said(office, application_id) is None
