"""No sequence of requests, resends, guesses, other clients and time steps gets more guesses than allowed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.identity.domain.accounts.codes import Code, Standing, Verdict, guess
from services.identity.domain.accounts.limits import possible_again, remembered
from services.identity.domain.accounts.policies import POLICIES, Limit
from services.identity.events import CodePurpose

POLICY = POLICIES[0]
NOW = datetime(2025, 2, 18, 8, tzinfo=UTC)
RIGHT, WRONG = b"right", b"wrong"
CLIENTS = ("home", "stranger", "botnet")
LOOKED_AT = {Verdict.RIGHT, Verdict.WRONG}
"""The verdicts that tell a guesser something about the code."""


class Guesser(RuleBasedStateMachine):
    """One phone and several clients, under the policy in force: everything that a guesser can do."""

    @initialize()
    def begin(self):
        self.now = NOW
        self.sent = {}
        """When something was sent, by phone and by client."""
        self.standings = {client: Standing() for client in CLIENTS}
        self.sends = []
        self.looked_at = []
        """When a guess was looked at, and at which code."""
        self.locks = []

    @rule(step=st.sampled_from((1, 30, 61, 300, 900, 1_800, 3_600, 40_000)))
    def wait(self, step):
        self.now += timedelta(seconds=step)

    @rule(client=st.sampled_from(CLIENTS))
    def request(self, client):
        if self.standings[client].is_locked(self.now):
            return
        phone, place = self.sent.get("phone", []), self.sent.get(client, [])
        limits = (*POLICY.sends, POLICY.resend)
        if possible_again(phone, self.now, limits) or possible_again(place, self.now, POLICY.sends):
            return
        self.sent["phone"] = remembered(phone, self.now, limits)
        self.sent[client] = remembered(place, self.now, POLICY.sends)
        self.sends.append(self.now)
        code = Code(CodePurpose.LOG_IN, None, RIGHT, self.now + POLICY.code_lifetime, POLICY.code_tries)
        self.standings[client] = self.standings[client].issue(code)

    @rule(client=st.sampled_from(CLIENTS), times=st.integers(1, 5))
    def guess_wrongly(self, client, times):
        for _ in range(times):
            self._guess(client, WRONG)

    @rule(client=st.sampled_from(CLIENTS))
    def use_a_code_up(self, client):
        self.now += timedelta(seconds=61)
        self.request(client)
        self.guess_wrongly(client, POLICY.code_tries)

    def _guess(self, client, digest):
        before = self.standings[client]
        if before.code is None:
            return
        verdict, after = guess(before, digest, self.now, POLICY)
        if verdict in LOOKED_AT:
            self.looked_at.append((self.now, client))
        if after.locks > before.locks:
            self.locks.append((client, self.now, after.locked_until))
        self.standings[client] = after

    @invariant()
    def no_more_guesses_than_codes_have_tries(self):
        assert len(self.looked_at) <= POLICY.code_tries * len(self.sends)

    @invariant()
    def no_more_than_fifteen_guesses_within_an_hour_and_thirty_within_a_day(self):
        for most, period in POLICY.sends:
            # A code lives on for five minutes, so it may be guessed at a little after the hour that it was sent in.
            window = period - POLICY.code_lifetime
            recent = [at for at, _ in self.looked_at if at > self.now - window]
            assert len(recent) <= POLICY.code_tries * most

    @invariant()
    def nobody_guesses_while_locked(self):
        for client, since, until in self.locks:
            assert not [at for at, who in self.looked_at if who == client and since < at < until]

    @invariant()
    def each_wait_is_twice_as_long_as_the_one_before(self):
        for client in CLIENTS:
            waits = [until - since for who, since, until in self.locks if who == client]
            assert waits == [timedelta(minutes=15) * 2**number for number in range(len(waits))]

    @invariant()
    def a_stranger_locks_nobody_but_themselves(self):
        for client in CLIENTS:
            if not [who for who, *_ in self.locks if who == client]:
                assert not self.standings[client].is_locked(self.now)


TestGuesser = Guesser.TestCase
TestGuesser.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)


def standing(**changes):
    code = Code(CodePurpose.LOG_IN, None, RIGHT, NOW + POLICY.code_lifetime, POLICY.code_tries)
    return Standing(**({"code": code} | changes))


def test_the_right_code_is_taken_once_and_takes_the_count_back():
    verdict, after = guess(standing(used_up=2, locks=3), RIGHT, NOW, POLICY)
    assert verdict is Verdict.RIGHT
    assert (after.used_up, after.locks, after.locked_until) == (0, 0, None)
    assert guess(after, RIGHT, NOW, POLICY).verdict is Verdict.USED


@pytest.mark.parametrize("late", [timedelta(0), timedelta(hours=1)])
def test_a_code_is_good_until_its_last_moment(late):
    ends = NOW + POLICY.code_lifetime
    assert guess(standing(), RIGHT, ends - timedelta(microseconds=1), POLICY).verdict is Verdict.RIGHT
    assert guess(standing(), RIGHT, ends + late, POLICY).verdict is Verdict.EXPIRED


def after_wrong_guesses(before, number):
    for _ in range(number):
        before = guess(before, WRONG, NOW, POLICY).standing
    return before


def test_three_codes_used_up_in_a_row_lock_and_not_even_the_right_code_counts_then():
    once = after_wrong_guesses(standing(), 3)
    assert (once.used_up, once.locked_until) == (1, None)
    assert guess(once, RIGHT, NOW, POLICY).verdict is Verdict.USED_UP
    twice = after_wrong_guesses(once.issue(standing().code), 3)
    locked = after_wrong_guesses(twice.issue(standing().code), 3)
    assert (locked.used_up, locked.locks, locked.locked_until) == (0, 1, NOW + timedelta(minutes=15))
    anew = locked.issue(standing().code)
    assert guess(anew, RIGHT, NOW, POLICY).verdict is Verdict.LOCKED
    assert guess(anew, RIGHT, NOW + timedelta(minutes=15), POLICY).verdict is not Verdict.LOCKED


def test_a_new_code_does_not_take_the_count_back():
    used_up = standing(used_up=2)
    assert used_up.issue(used_up.code).used_up == 2


def test_the_wait_grows_to_ten_days_and_no_further():
    waits = [POLICY.code_lock.wait_after(locks) for locks in range(100)]
    assert waits[:3] == [timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1)]
    assert max(waits) == timedelta(minutes=15) * 1024


# Windows -----------------------------------------------------------------------------------------------------------

MOMENTS = st.lists(st.integers(0, 200_000), max_size=40).map(
    lambda seconds: [NOW + timedelta(seconds=second) for second in sorted(seconds)]
)


@given(MOMENTS)
def test_no_window_of_any_length_holds_more_than_its_limit(moments):
    limits = (Limit(5, timedelta(hours=1)), Limit(10, timedelta(days=1)))
    done, kept = [], []
    for moment in moments:
        later = possible_again(kept, moment, limits)
        if later is None:
            kept = remembered(kept, moment, limits)
            done.append(moment)
        else:
            assert later > moment
    for most, period in limits:
        for begin in done:
            assert len([at for at in done if begin <= at < begin + period]) <= most


@given(MOMENTS)
def test_when_it_is_possible_again_it_is(moments):
    limits = (Limit(2, timedelta(minutes=10)),)
    later = possible_again(moments, NOW + timedelta(seconds=200_000), limits)
    if later is not None:
        assert possible_again(moments, later, limits) is None
        assert possible_again(moments, later - timedelta(microseconds=1), limits) is not None
