"""機構使用者: given what happened, when something is asked, then what follows, or why not."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from services.identity import events
from services.identity.domain.organisations import refusals
from services.identity.domain.organisations.organisation import Organisation, OrganisationKey, OrganisationKind
from services.identity.domain.registry.dated import Period
from services.identity.domain.registry.refusals import EndsBeforeItBegins
from shared.principal import Role, Service
from tests.controls import organisations
from tests.controls.family import BANQIAO_CLINIC, sealed, taipei
from tests.controls.organisations import (
    CENTRE,
    CLINIC,
    COUNTY,
    MANAGER,
    MANAGERS_IDENTITY,
    SINCE,
    UNTIL,
    USER,
    USERS_IDENTITY,
)

NOW = taipei(2, 18, 10)
DAY = timedelta(days=1)
OPEN_END = Period(SINCE)
THIS_YEAR = Period(SINCE, UNTIL)
MANAGING_PERSON = sealed(MANAGER, MANAGERS_IDENTITY)
USING_PERSON = sealed(USER, USERS_IDENTITY)


def given(*facts):
    """The organisation after these events."""
    organisation = None
    for fact in facts:
        own = next(cls for cls in Organisation.event_classes() if cls.TOPIC == fact.TOPIC)
        organisation = own(**vars(fact)).mutate(organisation)
    return organisation


def with_a_user(*more, organisation=CLINIC):
    return given(
        organisations.organisation_opened(organisation),
        organisations.manager_named(organisation),
        organisations.user_added(organisation),
        *more,
    )


def told(organisation):
    """The events that the organisation has to tell."""
    return organisation.collect_events()


def test_the_first_manager_opens_the_organisation():
    organisation = Organisation.open(OrganisationKey(OrganisationKind.INSTITUTION, BANQIAO_CLINIC), NOW)
    organisation.name_manager(MANAGING_PERSON, OPEN_END, COUNTY, NOW)
    opened, named = told(organisation)
    assert (opened.organisation, opened.originator_id) == (CLINIC, organisations.organisation_id(CLINIC))
    assert isinstance(named, events.ManagerNamed)
    assert (named.subject, named.person, named.county) == (MANAGER, MANAGING_PERSON, COUNTY)
    assert (named.since, named.until) == (SINCE, None)


@pytest.mark.parametrize(("organisation", "role"), [(CLINIC, Role.INSTITUTION_USER), (CENTRE, Role.CENTRE_USER)])
def test_a_user_of_an_organisation_has_the_role_of_its_kind(organisation, role):
    assert with_a_user(organisation=organisation).members[USER].role is role


@pytest.mark.parametrize(("organisation", "role"), [(CLINIC, Role.INSTITUTION_MANAGER), (CENTRE, Role.CENTRE_MANAGER)])
def test_a_manager_of_an_organisation_has_the_role_of_its_kind(organisation, role):
    found = with_a_user(organisation=organisation)
    assert found.members[MANAGER].role is role
    assert found.manages(MANAGER, SINCE)
    assert not found.manages(USER, SINCE)


def test_a_manager_manages_from_the_first_day_to_the_last():
    organisation = given(organisations.organisation_opened(), organisations.manager_named(until=UNTIL))
    days = (SINCE - DAY, SINCE, UNTIL, UNTIL + DAY)
    assert [organisation.manages(MANAGER, day) for day in days] == [False, True, True, False]


def test_naming_a_manager_again_changes_nothing_unless_the_days_are_others():
    organisation = with_a_user()
    organisation.name_manager(MANAGING_PERSON, OPEN_END, COUNTY, NOW)
    assert not organisation.pending_events
    organisation.name_manager(MANAGING_PERSON, THIS_YEAR, COUNTY, NOW)
    [named] = told(organisation)
    assert (named.since, named.until) == (SINCE, UNTIL)


def test_a_user_who_is_named_manager_keeps_the_services():
    organisation = with_a_user(organisations.service_granted())
    organisation.name_manager(USING_PERSON, OPEN_END, COUNTY, NOW)
    member = organisation.members[USER]
    assert (member.role, member.services(SINCE)) == (Role.INSTITUTION_MANAGER, {Service.REFERRAL_ACCEPTANCE})


def test_a_manager_who_is_removed_keeps_nothing_even_as_the_last_one():
    organisation = with_a_user(
        organisations.service_granted(subject=MANAGER),
    )
    organisation.remove_manager(MANAGER, NOW)
    [removed] = told(organisation)
    assert isinstance(removed, events.ManagerRemoved)
    assert MANAGER not in organisation.members
    organisation.name_manager(MANAGING_PERSON, OPEN_END, COUNTY, NOW)
    assert organisation.members[MANAGER].services(SINCE) == frozenset()


def test_only_a_manager_is_removed_as_one():
    with pytest.raises(refusals.MemberUnknown):
        with_a_user().remove_manager(USER, NOW)
    with pytest.raises(refusals.MemberUnknown):
        with_a_user().remove_user(MANAGER, NOW)


def test_adding_a_user_twice_tells_it_once():
    organisation = with_a_user()
    organisation.add_user(USING_PERSON, THIS_YEAR, COUNTY, NOW)
    assert not organisation.pending_events


def test_a_manager_is_not_added_as_a_user():
    with pytest.raises(refusals.AlreadyManager):
        with_a_user().add_user(MANAGING_PERSON, OPEN_END, COUNTY, NOW)


def test_a_user_who_is_removed_has_no_service_left():
    organisation = with_a_user(organisations.service_granted())
    organisation.remove_user(USER, NOW)
    organisation.add_user(USING_PERSON, OPEN_END, COUNTY, NOW)
    assert organisation.members[USER].services(SINCE) == frozenset()


def test_a_service_holds_from_its_first_day_to_its_last():
    organisation = with_a_user()
    until = date(2025, 3, 31)
    organisation.grant(USER, Service.CLAIMS, Period(SINCE + DAY, until), NOW)
    services = organisation.members[USER].services
    assert [bool(services(day)) for day in (SINCE, SINCE + DAY, until, until + DAY)] == [False, True, True, False]


def test_no_service_holds_longer_than_the_user_is_there():
    organisation = with_a_user()
    organisation.grant(USER, Service.CLAIMS, OPEN_END, NOW)
    services = organisation.members[USER].services
    assert (services(UNTIL), services(UNTIL + DAY)) == ({Service.CLAIMS}, frozenset())


def test_granting_twice_tells_it_once_and_with_other_days_anew():
    organisation = with_a_user(organisations.service_granted())
    organisation.grant(USER, Service.REFERRAL_ACCEPTANCE, THIS_YEAR, NOW)
    assert not organisation.pending_events
    organisation.grant(USER, Service.REFERRAL_ACCEPTANCE, OPEN_END, NOW)
    [granted] = told(organisation)
    assert granted.until is None


@pytest.mark.parametrize("organisation", [CLINIC, CENTRE])
def test_only_centres_grant_the_service_of_centres_and_nothing_else(organisation):
    found = with_a_user(organisation=organisation)
    for service in Service:
        if (service is Service.LTC_REFERRAL_CENTRE) is (organisation is CENTRE):
            found.grant(USER, service, OPEN_END, NOW)
        else:
            with pytest.raises(refusals.ServiceNotOffered):
                found.grant(USER, service, OPEN_END, NOW)


def test_a_service_is_granted_to_a_user_or_manager_only():
    organisation = given(organisations.organisation_opened(), organisations.manager_named())
    organisation.grant(MANAGER, Service.REFERRAL_MANAGEMENT, OPEN_END, NOW)
    with pytest.raises(refusals.MemberUnknown):
        organisation.grant(USER, Service.REFERRAL_MANAGEMENT, OPEN_END, NOW)


def test_a_service_that_is_revoked_is_gone_and_is_revoked_once():
    organisation = with_a_user(organisations.service_granted())
    organisation.revoke(USER, Service.REFERRAL_ACCEPTANCE, NOW)
    assert organisation.members[USER].services(SINCE) == frozenset()
    with pytest.raises(refusals.ServiceNotGranted):
        organisation.revoke(USER, Service.REFERRAL_ACCEPTANCE, NOW)


def test_nothing_ends_before_it_begins():
    backwards = Period(UNTIL, SINCE)
    organisation = with_a_user()
    for ask in (
        lambda: organisation.name_manager(MANAGING_PERSON, backwards, COUNTY, NOW),
        lambda: organisation.add_user(USING_PERSON, backwards, COUNTY, NOW),
        lambda: organisation.grant(USER, Service.CLAIMS, backwards, NOW),
    ):
        with pytest.raises(EndsBeforeItBegins):
            ask()
    assert not organisation.pending_events


@pytest.mark.parametrize("text", ["", "institution", "institution/", "bureau/新北市", "/3501200000"])
def test_an_organisation_is_written_as_its_kind_and_place(text):
    assert OrganisationKey.parse(text) is None
    assert OrganisationKey.parse(CENTRE) == OrganisationKey(OrganisationKind.CENTRE, "新北市")
