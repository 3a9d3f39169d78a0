"""Commands are numbered under keys that come out the same each time."""

from __future__ import annotations

from uuid import uuid4

import msgspec
import pytest

from shared.processes.reactions import ReactingFold, Reactions
from shared.read_models.digest import Digest, Run
from shared.refusals import Refusal
from shared.store.errors import VersionConflict
from shared.trouble import TryAgain
from tests.controls.orders import Clerk, Praise, Shop, ThankAndRemind

ORDER = uuid4()


class NotToday(Refusal):
    """Come again tomorrow."""


def reacting(process, clerk, *events, first=1):
    run = Run(first, [(event.TOPIC, msgspec.json.encode(event)) for event in events])
    fold = ReactingFold(process, Reactions(process, clerk.handle), {}, held=())
    fold.take(Digest(process).ready(run))
    return fold


def test_commands_of_one_event_are_numbered_in_their_order():
    clerk = Clerk()
    Reactions(ThankAndRemind(), clerk.handle).carry_out(["one", "two"], "17")
    assert clerk.done == {"process/thank_and_remind/17/1": "one", "process/thank_and_remind/17/2": "two"}


def test_a_refusal_does_not_keep_the_next_command_from_being_carried_out():
    clerk = Clerk()
    clerk.troubles = [NotToday()]
    assert Reactions(ThankAndRemind(), clerk.handle).carry_out(["one", "two"], "17") == 1
    assert clerk.done == {"process/thank_and_remind/17/2": "two"}


def test_a_version_conflict_is_to_be_tried_again():
    clerk = Clerk()
    clerk.troubles = [VersionConflict(ORDER, 2)]
    with pytest.raises(TryAgain):
        Reactions(ThankAndRemind(), clerk.handle).carry_out(["one"], "17")


def test_each_reaction_sees_the_state_after_its_own_event():
    shop, clerk = Shop(), Clerk()
    reacting(ThankAndRemind(), clerk, shop.placed(ORDER), *(shop.added(ORDER) for _ in range(5)), first=11)
    assert clerk.done == {
        "process/thank_and_remind/13/1": Praise(ORDER, 2),
        "process/thank_and_remind/15/1": Praise(ORDER, 4),
    }


def test_an_event_whose_reaction_fails_leaves_the_state_as_it_was():
    shop, clerk = Shop(), Clerk()
    clerk.troubles = [ZeroDivisionError()]
    fold = reacting(
        ThankAndRemind(), clerk, shop.placed(ORDER), shop.added(ORDER), shop.added(ORDER), shop.added(ORDER)
    )
    assert fold.rows[ORDER,].items == 1
    assert [event.position for event in fold.rejected] == [3, 4]


def test_an_event_with_several_rows_gives_its_commands_in_the_same_order_each_time():
    class EveryOrder(ThankAndRemind):
        """Touches rows in whatever order a set has."""

        def keys(self, _):
            return {(name,) for name in ("c", "a", "b")}

        def evolve(self, key, row, event):  # noqa: ARG002 - the key is all
            return key[0]

        def react(self, row, _):
            return [row]

    shop, clerk = Shop(), Clerk()
    reacting(EveryOrder(), clerk, shop.placed(ORDER))
    assert list(clerk.done.values()) == ["a", "b", "c"]
