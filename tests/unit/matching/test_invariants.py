"""Whatever is asked of a case, in whatever order and at whatever time, these things stay true of it."""

from datetime import date, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.matching import commands
from services.matching.domain.actions import actions
from services.matching.domain.case import Case
from services.matching.domain.policies import OfferTerms
from services.matching.domain.statuses import LIVE, EnrolmentStatus, MatchStatus, PreferenceStatus
from services.matching.events import (
    ChangeReason,
    DeclineReason,
    FreeText,
    ParticipationCause,
    PassedOverCause,
    Preference,
    Source,
    WithdrawReason,
)
from shared.refusals import Refusal
from tests.controls.enrolments import enrolment_recorded
from tests.controls.events import contact_changed
from tests.controls.family import CHILD, sealed, taipei
from tests.unit.matching.callers import PARENT
from tests.unit.matching.scenario import FACTS, POLICY, replayed
from tests.unit.matching.test_submitting import FAMILY

RANKS = st.integers(1, 3)
OFTEN_THE_OPEN_ONE = st.sampled_from((None, None, None, 1, 2, 3))
"""A rank to speak of: mostly whichever is open."""
RARELY = st.integers(0, 7).map(lambda number: number == 0)
WORDS = sealed(CHILD, FreeText("說明"))
WISHES = tuple(Preference(rank, f"35010100{rank:02}", f"DR-{rank}", "臺北市", "中正區") for rank in (1, 2, 3))
OTHERS = tuple(Preference(rank, f"35011800{rank:02}", f"DR-1{rank}", "臺北市", "大安區") for rank in (1, 2, 3))
OPEN = (PreferenceStatus.OFFERED, PreferenceStatus.ACCEPTED)
UNASKED = (PreferenceStatus.WAITING, PreferenceStatus.PASSED_OVER)


class AnyCase(RuleBasedStateMachine):
    """A case under random commands at random times."""

    @initialize(born=st.booleans(), count=RANKS, changing=st.booleans())
    def begin(self, born, count, changing):
        self.now = taipei(2, 18, 16, 21)
        if changing:
            begun = {"case_no": "250218P1621006", "reason": ChangeReason.MOVED, "explanation": None, "now": self.now}
            self.case = Case.request_change(replayed(enrolment_recorded()), FAMILY, WISHES[:count], **begun)
        else:
            begun = {"case_no": "250218P1621006", "born": born, "terms": self.terms(), "now": self.now}
            self.case = Case.submit(FAMILY, WISHES[:count], **begun)
        self.history = self.case.collect_events()
        self.ended = None
        self.asked = {}

    def terms(self):
        return OfferTerms(self.now + timedelta(days=5), (self.now + timedelta(days=2), self.now + timedelta(days=4)))

    def open_rank(self):
        asked = self.case.preferences.open
        return asked.rank if asked else 1

    def ask(self, command):
        """Give a command, and see that a refused one records nothing and an accepted one something."""
        try:
            command(self.case)
        except Refusal:
            assert self.case.collect_events() == []
            return False
        recorded = self.case.collect_events()
        assert recorded
        assert {fact.timestamp for fact in recorded} == {self.now}
        self.history.extend(recorded)
        return True

    @rule(hours=st.integers(1, 100))
    def time_passes(self, hours):
        self.now += timedelta(hours=hours)

    @rule(rank=OFTEN_THE_OPEN_ONE)
    def accept(self, rank):
        rank = rank or self.open_rank()
        self.ask(lambda case: case.accept(rank, sign_by=self.now + timedelta(days=20), now=self.now))

    @rule(rank=OFTEN_THE_OPEN_ONE)
    def decline(self, rank):
        rank = rank or self.open_rank()
        self.ask(lambda case: case.decline(rank, reason=DeclineReason.OTHER, explanation=WORDS, now=self.now))

    @rule(rank=OFTEN_THE_OPEN_ONE, number=st.integers(1, 3))
    def remind(self, rank, number):
        rank = rank or self.open_rank()
        self.ask(lambda case: case.remind(rank, number, self.now))

    @rule(rank=OFTEN_THE_OPEN_ONE)
    def expire(self, rank):
        rank = rank or self.open_rank()
        self.ask(lambda case: case.expire_offer(rank, self.now))

    @rule(rank=OFTEN_THE_OPEN_ONE)
    def lapse(self, rank):
        rank = rank or self.open_rank()
        self.ask(lambda case: case.lapse_notice(rank, self.now))

    @rule(rank=OFTEN_THE_OPEN_ONE)
    def release(self, rank):
        rank = rank or self.open_rank()
        released = {"by": Source.CLINIC, "explanation": WORDS, "resume_at": self.now, "now": self.now}
        self.ask(lambda case: case.release_notice(rank, **released))

    @rule(rank=OFTEN_THE_OPEN_ONE, cause=st.sampled_from(ParticipationCause))
    def take_back(self, rank, cause):
        rank = rank or self.open_rank()
        self.ask(lambda case: case.take_back(rank, cause, self.now))

    @rule(left=st.sets(RANKS))
    def offer_next(self, left):
        def cause(preference):
            return PassedOverCause.DOCTOR_LEFT if preference.rank in left else None

        self.ask(lambda case: case.offer_next(cause, self.terms(), self.now))

    @rule(wishes=st.tuples(*(st.sampled_from(pair) for pair in zip(WISHES, OTHERS, strict=True))), count=RANKS)
    def amend(self, wishes, count):
        self.ask(lambda case: case.amend_preferences(wishes[:count], POLICY, self.now))

    @rule(really=RARELY)
    def withdraw(self, really):
        if really:
            self.ask(lambda case: case.withdraw(WithdrawReason.OTHER, POLICY, self.now))

    @rule()
    def report_birth(self):
        self.ask(lambda case: case.report_birth(FAMILY, self.now))

    @rule()
    def change_contact(self):
        self.ask(lambda case: case.change_contact(contact_changed().contact, Source.PLATFORM, self.now))

    @rule()
    def notify_former_institution(self):
        self.ask(lambda case: case.notify_former_institution(self.now, self.now))

    @rule()
    def close_previous_enrolment(self):
        self.ask(lambda case: case.close_previous_enrolment(date(2025, 6, 12), Source.BUREAU, self.now))

    @rule(really=RARELY, elsewhere=st.booleans())
    def enrol(self, really, elsewhere):
        wish = OTHERS[0] if elsewhere else self.case.preferences.of(self.open_rank())
        enrolment = replayed(enrolment_recorded(institution=wish.institution, doctor=wish.doctor))
        if really:
            self.ask(lambda case: case.enrol(enrolment, "", self.now))

    @invariant()
    def one_institution_at_most_is_asked_or_has_agreed(self):
        assert sum(status in OPEN for status in self.case.preferences.statuses) <= 1

    @invariant()
    def an_offer_has_its_terms_and_a_notice_its_time(self):
        statuses = self.case.preferences.statuses
        assert (self.case.offer is not None) == (PreferenceStatus.OFFERED in statuses)
        if self.case.is_live:
            agreed = PreferenceStatus.ACCEPTED in statuses
            assert (self.case.sign_by is not None) == agreed == (self.case.match_status == MatchStatus.AWAITING_NOTICE)

    @invariant()
    def nobody_is_asked_before_the_former_institution_has_closed(self):
        if self.case.match_status == MatchStatus.AWAITING_CLOSURE:
            assert set(self.case.preferences.statuses) == {PreferenceStatus.WAITING}

    @invariant()
    def a_case_is_matched_when_its_child_is_enrolled(self):
        enrolled = self.case.enrolment_status == EnrolmentStatus.ENROLLED
        assert enrolled == (self.case.match_status == MatchStatus.MATCHED) == (self.case.enrolment_id is not None)

    @invariant()
    def what_has_ended_stays_as_it_ended_unless_the_unmatched_child_is_enrolled(self):
        ended = None if self.case.match_status in LIVE else (self.case.match_status, self.case.preferences)
        if self.ended is not None and ended != self.ended:
            assert (self.ended[0], self.case.match_status) == (MatchStatus.UNMATCHED, MatchStatus.MATCHED)
        self.ended = ended

    @invariant()
    def an_institution_that_was_asked_stays_in_its_place(self):
        for preference, status in zip(self.case.preferences.preferences, self.case.preferences.statuses, strict=True):
            if status not in UNASKED:
                assert self.asked.setdefault(preference.rank, preference) == preference
        assert set(self.asked) <= set(range(1, len(self.case.preferences.preferences) + 1))

    @invariant()
    def its_history_makes_it_again(self):
        assert replayed(*self.history) == self.case

    @invariant()
    def what_is_open_to_the_family_is_taken_and_what_is_not_is_refused_so(self):
        ways = {
            commands.Withdraw: lambda case: case.withdraw(WithdrawReason.OTHER, POLICY, self.now),
            commands.ReportBirth: lambda case: case.report_birth(FAMILY, self.now),
        }
        for action in actions(self.case, PARENT, self.now, FACTS):
            if action.command in ways and self.case.family.contact_subject == PARENT.subject:
                refusal = refusal_of(ways[action.command], replayed(*self.history))
                assert repr(refusal) == repr(action.objection)


def refusal_of(command, case):
    """What a command is refused with; None where it is taken."""
    try:
        command(case)
    except Refusal as refusal:
        return refusal
    return None


TestAnyCase = AnyCase.TestCase
TestAnyCase.settings = settings(
    max_examples=150, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
