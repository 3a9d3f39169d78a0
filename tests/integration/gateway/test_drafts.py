"""暫存 on a real database: sealed, one a person and form, lost to nobody's second window, gone in time."""

from __future__ import annotations

import threading
from uuid import uuid4

import pytest

from services.gateway.application.drafts import Drafts
from services.gateway.commands import DropDraft, SaveDraft
from services.gateway.domain import refusals
from services.gateway.domain.policies import POLICIES
from shared.principal import Assurance, Principal, Role
from shared.refusals import PersonGone

pytestmark = pytest.mark.postgres
TYPED = {"fields": {"name": "林小寶", "reason": "第一行\n<b>第二行</b> 🙂"}, "chosen": [], "sent": None}
[POLICY] = POLICIES


@pytest.fixture
def drafts(house):
    return house.gateway.drafts


def save(house, caller, content=TYPED, based_on=None, kind="apply"):
    return house.gateway.drafts.save(SaveDraft(kind, content, based_on), caller, house.now)


def test_a_family_finds_what_it_saved_and_nobody_else_does(house, drafts):
    saved = save(house, house.parent())

    found = drafts.find("apply", house.parent(), house.now)

    assert found.content == TYPED
    assert found.version == saved.version
    assert found.expires_at == house.now + POLICY.draft_kept
    assert drafts.find("apply", house.parent("0987654321"), house.now) is None
    assert drafts.find("change", house.parent(), house.now) is None


def test_the_database_alone_reads_nothing_of_a_draft(house):
    save(house, house.parent(), {"name": "PLAINTEXT-MARKER", "mobile": "0912345678"})

    stored = house.bytes_of("draft")

    assert "apply" in stored
    assert not [word for word in ("PLAINTEXT", "MARKER", "name", "0912345678") if word in stored]


def test_a_save_goes_on_from_the_last_one(house, drafts):
    first = save(house, house.parent())
    second = save(house, house.parent(), {"page": 2}, first.version)

    assert drafts.find("apply", house.parent(), house.now).content == {"page": 2}
    assert second.version != first.version


def test_a_second_window_that_knows_an_older_draft_overwrites_nothing(house, drafts):
    first = save(house, house.parent())
    save(house, house.parent(), {"page": 2}, first.version)

    for old in (first.version, None):
        with pytest.raises(refusals.DraftChangedMeanwhile) as caught:
            save(house, house.parent(), {"page": 1}, old)
        assert caught.value.params == {"at": house.now}
    assert drafts.find("apply", house.parent(), house.now).content == {"page": 2}


def test_of_two_windows_that_save_at_the_same_moment_one_is_told(house, drafts):
    first = save(house, house.parent())
    start, ended = threading.Barrier(2), []

    def window(number):
        start.wait()
        try:
            save(house, house.parent(), {"window": number}, first.version)
            ended.append(("saved", number))
        except refusals.DraftChangedMeanwhile:
            ended.append(("told", number))

    windows = [threading.Thread(target=window, args=(number,)) for number in range(2)]
    for one in windows:
        one.start()
    for one in windows:
        one.join()

    outcomes = dict(ended)
    assert outcomes.keys() == {"saved", "told"}
    assert drafts.find("apply", house.parent(), house.now).content == {"window": outcomes["saved"]}


def test_a_draft_that_was_sent_in_another_window_is_not_brought_back(house, drafts):
    first = save(house, house.parent())
    drafts.drop(DropDraft("apply"), house.parent())
    drafts.drop(DropDraft("apply"), house.parent())

    with pytest.raises(refusals.DraftChangedMeanwhile) as caught:
        save(house, house.parent(), based_on=first.version)

    assert caught.value.params == {"at": ""}
    assert drafts.find("apply", house.parent(), house.now) is None


def test_a_draft_left_alone_for_thirty_days_is_there_no_longer(house, drafts):
    save(house, house.parent())
    house.later(days=29)
    assert drafts.find("apply", house.parent(), house.now) is not None

    house.later(days=1)

    assert drafts.find("apply", house.parent(), house.now) is None
    assert drafts.of(house.parent(), house.now) == []
    save(house, house.parent(), {"page": 1})
    assert drafts.find("apply", house.parent(), house.now).content == {"page": 1}


def test_each_save_begins_the_thirty_days_anew(house, drafts):
    first = save(house, house.parent())
    house.later(days=20)
    save(house, house.parent(), TYPED, first.version)
    house.later(days=20)
    assert drafts.find("apply", house.parent(), house.now) is not None


def test_what_has_expired_is_taken_away(house, drafts):
    save(house, house.parent())
    house.later(days=15)
    save(house, house.officer(), kind="decline/MT114000123")
    house.later(days=15)

    drafts.sweep(house.now, ())

    assert "apply" not in house.bytes_of("draft")
    assert drafts.find("decline/MT114000123", house.officer(), house.now) is not None


def test_a_draft_of_somebody_who_is_forgotten_is_read_by_nobody_and_taken_away(house, drafts):
    gone = house.parent("0911111111")
    save(house, gone)
    save(house, house.parent())

    subjects = house.gateway.vault.forget(gone.subject, "個人資料保護法 §11")

    assert drafts.find("apply", gone, house.now) is None
    with pytest.raises(PersonGone):
        save(house, gone, kind="change")
    drafts.sweep(house.now, subjects)
    assert str(gone.subject) not in house.bytes_of("draft")
    assert drafts.find("apply", house.parent(), house.now) is not None


def test_two_accounts_of_one_mailbox_have_drafts_of_their_own(house, drafts):
    clerk = house.officer(1)
    other = Principal("account/2", clerk.role, clerk.assurances, subject=clerk.subject, jurisdiction="臺北市")
    save(house, clerk, {"reason": "額滿"}, kind="decline/MT114000123")
    assert drafts.find("decline/MT114000123", other, house.now) is None


def test_drafts_are_listed_without_being_opened_the_last_saved_first(house, drafts):
    save(house, house.parent())
    house.later(minutes=1)
    save(house, house.parent(), kind="change/MT114000123")
    assert [one.kind for one in drafts.of(house.parent(), house.now)] == ["change/MT114000123", "apply"]


@pytest.mark.parametrize("kind", ["", "Apply", "apply/", "apply/王小明", "apply/a/b", "../apply", "apply/" + "1" * 61])
def test_a_draft_is_named_after_its_form(house, kind):
    with pytest.raises(refusals.DraftKindMalformed):
        save(house, house.parent(), kind=kind)


def test_a_draft_of_64_kibibytes_is_taken_and_a_larger_one_is_not(house):
    most = POLICY.draft_bytes - len('{"text":""}')
    save(house, house.parent(), {"text": "x" * most})
    with pytest.raises(refusals.DraftTooLarge) as caught:
        save(house, house.parent(), {"text": "字" * (most // 3 + 1)}, kind="change")
    assert caught.value.params["limit"] == POLICY.draft_bytes < caught.value.params["given"]


def test_nobody_fills_the_disk_with_drafts(house):
    few = Drafts(house.connections, house.gateway.vault, [type(POLICY)(**(vars(POLICY) | {"drafts_most": 2}))])
    for number in range(2):
        few.save(SaveDraft(f"decline/{number}", {}), house.officer(), house.now)
    with pytest.raises(refusals.TooManyDrafts):
        few.save(SaveDraft("decline/2", {}), house.officer(), house.now)
    few.save(SaveDraft("decline/2", {}), house.officer(2), house.now)


def test_for_whoever_came_in_without_a_person_nothing_is_kept(house):
    machine = Principal("operator/machine", Role.OPERATOR, frozenset({Assurance.MACHINE}))
    with pytest.raises(refusals.PersonUnknown):
        save(house, machine, based_on=uuid4())
