"""The contexts of this release, in the order in which they are exported."""

from __future__ import annotations

from operate.contexts import contexts, followers_first


def test_whoever_follows_another_log_comes_before_it():
    order = followers_first(contexts())
    assert sorted(order) == contexts()
    assert order.index("notifier") < order.index("matching") < order.index("identity")


def test_only_those_that_were_asked_for_are_ordered():
    assert followers_first(["identity", "notifier"]) == ["notifier", "identity"]
