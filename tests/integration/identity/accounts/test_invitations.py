"""帳號: invited by who may, opened by who has the mailbox, closed at once when it is closed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.identity import commands
from services.identity.application.accounts.telling import tell
from services.identity.application.accounts.tokens import Link
from services.identity.commands import RightsEntry
from services.identity.domain.accounts import refusals
from services.identity.domain.accounts.account import Account
from services.identity.domain.registry.refusals import InstitutionUnknown
from services.identity.events import (
    AccountHolder,
    AccountInvited,
    DisabledReason,
    InvitationReminded,
    InvitationResent,
    Rights,
    SessionEnd,
)
from shared.principal import Assurance, Principal, Role
from shared.refusals import FieldMissing, InvalidForm, RoleNotAllowed
from shared.taiwan.contacts import MalformedEmailAddress
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR
from tests.integration.identity.accounts.door import DOCTOR, MANAGER, OFFICER, OPERATOR, PASSWORD, PLATFORM

DAY = timedelta(days=1)


def county_manager(county):
    return Principal("account/1", Role.BUREAU_MANAGER, frozenset({Assurance.PASSWORD}), jurisdiction=county)


def test_an_invitation_is_sealed_and_its_link_opens_the_account(door):
    account_id = door.invite()
    invited = door.last(AccountInvited)
    assert door.vault.open(invited.holder, AccountHolder) == AccountHolder("王小明", "officer@example.tw")
    assert (invited.county, invited.expires_at - invited.timestamp) == ("新北市", 7 * DAY)
    who = door.who(door.activate())
    assert (who.id, who.role, who.jurisdiction) == (f"account/{account_id}", Role.BUREAU_OFFICER, "新北市")
    assert who.assurances == {Assurance.PASSWORD}
    assert door.told() == ["AccountInvited", "AccountActivated", "SessionOpened"]


def test_a_clinics_doctor_is_invited_by_the_bureau_of_its_county(door):
    door.institution()
    door.invite("doctor@example.tw", DOCTOR)
    who = door.who(door.activate())
    assert (who.role, who.institution, who.acts_for) == (Role.DOCTOR, BANQIAO_CLINIC, {BANQIAO_DOCTOR})


def test_a_bureau_invites_for_its_own_county_only(door):
    door.institution()
    for rights in (DOCTOR, OFFICER):
        with pytest.raises(refusals.JurisdictionNotYours):
            door.invite(rights=rights, caller=county_manager("高雄市"))


def test_only_a_manager_invites_at_a_bureau(door):
    officer = Principal("account/2", Role.BUREAU_OFFICER, frozenset({Assurance.PASSWORD}), jurisdiction="新北市")
    with pytest.raises(RoleNotAllowed):
        door.invite(caller=officer)


def test_an_operator_brings_in_a_countys_first_manager_and_nobody_of_a_clinic(door):
    door.institution()
    door.invite("manager@example.tw", RightsEntry(Role.BUREAU_MANAGER, jurisdiction="台東縣"), OPERATOR)
    assert door.who(door.activate()).jurisdiction == "臺東縣"
    with pytest.raises(refusals.RoleNotForYouToGive):
        door.invite("doctor@example.tw", DOCTOR, OPERATOR)


@pytest.mark.parametrize("role", [Role.PARENT, Role.PROCESS, Role.VISITOR])
def test_nobody_is_invited_to_a_role_that_has_no_account(door, role):
    with pytest.raises(refusals.RoleHasNoAccount):
        door.invite(rights=RightsEntry(role), caller=OPERATOR)


@pytest.mark.parametrize(
    ("rights", "faults"),
    [
        (RightsEntry(Role.DOCTOR), {"rights.institution": FieldMissing, "rights.acts_for": FieldMissing}),
        (RightsEntry(Role.BUREAU_OFFICER), {"rights.jurisdiction": FieldMissing}),
        (
            RightsEntry(Role.BUREAU_OFFICER, institution=BANQIAO_CLINIC, jurisdiction="新北市"),
            {"rights.institution": refusals.NotForThisRole},
        ),
        (RightsEntry(Role.DOCTOR, "3501200000", ("D1",)), {"rights.institution": InstitutionUnknown}),
        (RightsEntry(Role.DOCTOR, BANQIAO_CLINIC, ("D1",)), {"rights.acts_for.0": refusals.PractitionerNotThere}),
    ],
)
def test_rights_fit_the_role_and_the_registry(door, rights, faults):
    door.institution()
    with pytest.raises(InvalidForm) as refused:
        door.invite(rights=rights)
    assert {fault.field: type(fault) for fault in refused.value.refusals} == faults


def test_a_county_that_nobody_knows_and_a_mail_address_that_is_none_are_refused(door):
    with pytest.raises(InvalidForm):
        door.invite(rights=RightsEntry(Role.BUREAU_OFFICER, jurisdiction="花東縣"))
    with pytest.raises(MalformedEmailAddress):
        door.invite("nobody")


def test_a_mailbox_has_one_account(door):
    door.invite("officer@example.tw")
    with pytest.raises(refusals.AccountExists):
        door.invite("Officer@Example.TW")


def test_an_invitation_is_good_for_seven_days_and_no_longer(door):
    door.invite()
    door.wait(7 * DAY)
    with pytest.raises(refusals.InvitationExpired):
        door.activate()


def test_an_invitation_is_good_once(door):
    door.invite()
    door.activate()
    with pytest.raises(refusals.InvitationUsed):
        door.activate()


def test_a_new_link_voids_the_former_one_and_lasts_seven_days_again(door):
    account_id = door.invite()
    former = door.link()
    door.wait(8 * DAY)
    door.give(commands.ResendInvitation(account_id))
    with pytest.raises(refusals.LinkUnknown):
        door.activate(former)
    assert door.activate(door.mailed(door.last(InvitationResent).invitation))


@pytest.mark.parametrize("mend", [lambda link: link[:-4] + "AAAA", lambda _: "no link", lambda _: "", lambda _: "字"])
def test_a_link_that_was_not_sent_opens_nothing(door, mend):
    door.invite()
    with pytest.raises(refusals.LinkUnknown):
        door.activate(mend(door.link()))


def test_the_link_of_one_account_does_not_open_another(door):
    door.invite("first@example.tw")
    secret = Link.parse(door.link()).secret
    other = door.invite("second@example.tw")
    with pytest.raises(refusals.LinkUnknown):
        door.activate(Link(other, secret).text)


def test_the_reminder_of_day_five_carries_the_same_link_once(door):
    account_id = door.invite()
    with pytest.raises(refusals.ReminderNotDue):
        door.give(commands.RemindInvitation(account_id), PLATFORM)
    door.wait(5 * DAY)
    door.give(commands.RemindInvitation(account_id), PLATFORM)
    assert door.mailed(door.last(InvitationReminded).invitation) == door.link()
    with pytest.raises(refusals.ReminderNotDue):
        door.give(commands.RemindInvitation(account_id), PLATFORM)


def test_an_unused_invitation_expires_when_its_time_is_over(door):
    account_id = door.invite()
    with pytest.raises(refusals.InvitationStillOpen):
        door.give(commands.ExpireInvitation(account_id), PLATFORM)
    door.wait(7 * DAY)
    door.give(commands.ExpireInvitation(account_id), PLATFORM)
    assert door.told()[-1] == "InvitationExpired"
    with pytest.raises(refusals.InvitationExpired):
        door.activate()


# Changed and closed ------------------------------------------------------------------------------------------------


def test_whoever_is_in_by_a_disabled_account_is_out_at_once(door):
    account_id = door.invite()
    signed_in = door.activate()
    door.give(commands.DisableAccount(account_id, DisabledReason.LEFT))
    with pytest.raises(refusals.SessionEnded) as refused:
        door.who(signed_in)
    assert refused.value.params["end"] is SessionEnd.ACCOUNT_DISABLED
    with pytest.raises(refusals.AccountIsDisabled):
        door.log_in()


def test_an_operator_closes_any_account_because_it_may_be_urgent(door):
    door.institution()
    account_id = door.invite("doctor@example.tw", DOCTOR)
    door.give(commands.DisableAccount(account_id, DisabledReason.SECURITY), OPERATOR)
    with pytest.raises(refusals.AccountIsDisabled):
        door.activate()


def test_an_enabled_account_is_as_it_was(door):
    account_id = door.account()
    door.give(commands.DisableAccount(account_id, DisabledReason.MISTAKE))
    door.give(commands.EnableAccount(account_id))
    assert door.who(door.log_in()).id == f"account/{account_id}"
    with pytest.raises(refusals.AccountNotDisabled):
        door.give(commands.EnableAccount(account_id))


def test_a_withdrawn_invitation_opens_nothing(door):
    door.give(commands.DisableAccount(door.invite(), DisabledReason.MISTAKE))
    with pytest.raises(refusals.AccountIsDisabled):
        door.activate()


def test_who_has_other_rights_has_to_sign_in_again_and_then_has_them(door):
    account_id = door.invite()
    signed_in = door.activate()
    manager = RightsEntry(Role.BUREAU_MANAGER, jurisdiction="新北市")
    door.give(commands.ChangeRights(account_id, manager))
    with pytest.raises(refusals.SessionEnded):
        door.who(signed_in)
    assert door.who(door.log_in()).role is Role.BUREAU_MANAGER


def test_rights_that_are_so_already_change_nothing(door):
    account_id = door.invite()
    signed_in = door.activate()
    outcome = door.give(commands.ChangeRights(account_id, OFFICER))
    assert outcome.result == "unchanged"
    assert door.who(signed_in)


def test_nobody_sees_to_another_countys_account_or_to_their_own(door):
    account_id = door.invite()
    with pytest.raises(refusals.JurisdictionNotYours):
        door.give(commands.DisableAccount(account_id, DisabledReason.OTHER), county_manager("高雄市"))
    own = door.invite("manager@example.tw", RightsEntry(Role.BUREAU_MANAGER, jurisdiction="新北市"))
    holder = Principal(f"account/{own}", Role.BUREAU_MANAGER, MANAGER.assurances, jurisdiction="新北市")
    with pytest.raises(refusals.OwnAccount):
        door.give(commands.DisableAccount(own, DisabledReason.OTHER), holder)


def test_the_log_tells_of_each_session_that_an_account_lost(door):
    account_id = door.invite()
    door.activate()
    door.log_in()
    door.give(commands.DisableAccount(account_id, DisabledReason.SECURITY))
    for _ in range(2):
        door.give(commands.CloseVoidSessions(account_id), PLATFORM)
    assert door.told().count("SessionClosed") == 2


def test_only_what_no_longer_holds_is_closed(door):
    account_id = door.invite()
    before = door.activate()
    changed = door.identity.load(Account, account_id)
    changed.change_rights(Rights(Role.BUREAU_MANAGER, jurisdiction="新北市"), "新北市", door.now)
    tell(door.identity.desk, MANAGER, door.now, changed)  # and nobody closed a session
    after = door.log_in()
    door.give(commands.CloseVoidSessions(account_id), PLATFORM)
    with pytest.raises(refusals.SessionEnded) as refused:
        door.who(before)
    assert refused.value.params["end"] is SessionEnd.RIGHTS_CHANGED
    assert door.who(after)


def test_a_login_that_meets_a_disabling_opens_nothing(door):
    """The account is loaded, then disabled by somebody else, then the session is opened."""
    account_id = door.account()
    seen = door.identity.load(Account, account_id)
    door.identity.desk.entrance.sessions.close_all(account_id, SessionEnd.ACCOUNT_DISABLED)

    class Overtaking:
        """Lets the disabling happen between the password and the session."""

        def __call__(self, work):
            answer = work()
            if door.identity.load(Account, account_id).status == seen.status:
                door.give(commands.DisableAccount(account_id, DisabledReason.SECURITY))
            return answer

    door.work.elsewhere_is(Overtaking())
    with pytest.raises(refusals.AccountNotActive):
        door.log_in(password=PASSWORD)
    assert not door.entrance.sessions.of(account_id, door.now)
