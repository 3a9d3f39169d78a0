"""The plots: what can happen to a family, each a short play that says after how many working days it goes on."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from services.matching import commands
from services.matching.demonstration import deeds, departures
from services.matching.events import DeclineReason, IdentifierKind, WithdrawReason

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from services.matching.demonstration.cast import Family
    from services.matching.demonstration.stage import Stage

    Plot = Callable[[Stage, Family], Generator[int, None, None]]

WEEKS_OLD = timedelta(weeks=6)
A_YEAR_OLD = timedelta(days=365)
SOON = timedelta(days=30)

OFFER_OVER = 6
"""The morning on which an unanswered offer has ended: an institution has five working days (policies)."""
NOTICE_OVER = 21
"""The morning on which an unsigned notice has ended: twenty working days."""
RELEASE_OVER = 4
"""The morning on which a released family's time to choose has ended: three working days."""


def first_agrees(stage: Stage, family: Family) -> Generator[int, None, None]:
    """The first clinic agrees, the family signs, the clinic enrols."""
    matter = deeds.apply(stage, family, deeds.born_child(stage, family, WEEKS_OLD), 1)
    yield 1
    deeds.accept(stage, matter)
    yield 3
    deeds.enrol_as_agreed(stage, matter)


def second_agrees(stage: Stage, family: Family) -> Generator[int, None, None]:
    """The first clinic is full, and says so to all; the second agrees."""
    matter = deeds.apply(stage, family, deeds.born_child(stage, family, A_YEAR_OLD), 2)
    yield 1
    deeds.state_places(stage, matter, 0)
    deeds.decline(stage, matter, DeclineReason.CAPACITY_FULL, "收案員額已滿")
    yield 1
    deeds.accept(stage, matter)
    yield 2
    deeds.enrol_as_agreed(stage, matter)


def third_agrees(stage: Stage, family: Family) -> Generator[int, None, None]:
    """The first clinic never answers, although it is reminded; the second declines; the third agrees late."""
    matter = deeds.apply(stage, family, deeds.born_child(stage, family, WEEKS_OLD), 3)
    yield OFFER_OVER
    deeds.offer_runs_out(stage, matter)
    yield 2
    deeds.decline(stage, matter, DeclineReason.OUT_OF_AREA, "住家距離較遠，建議就近選擇")
    yield 4
    deeds.accept(stage, matter)
    yield 5
    deeds.enrol_as_agreed(stage, matter)


def nobody_agrees(stage: Stage, family: Family) -> Generator[int, None, None]:
    """One clinic declines, the other lets its time pass: the bureau takes over."""
    matter = deeds.apply(stage, family, deeds.born_child(stage, family, A_YEAR_OLD), 2)
    yield 1
    deeds.decline(stage, matter, DeclineReason.DOCTOR_UNAVAILABLE, "醫師近期休診")
    yield OFFER_OVER
    deeds.offer_runs_out(stage, matter)


def expected_child(stage: Stage, family: Family) -> Generator[int, None, None]:
    """A mother applies before the birth; the child is reported and enrolled once it is born."""
    matter = deeds.apply(stage, family, deeds.expected_child(family, stage.clock.today + SOON), 2)
    yield 2
    deeds.accept(stage, matter)
    yield 15
    deeds.report_birth(stage, matter, deeds.born_child(stage, family, timedelta(days=2)))
    yield 5
    deeds.enrol_as_agreed(stage, matter)


def twins(stage: Stage, family: Family) -> Generator[int, None, None]:
    """Twins: a case each, the same clinics; one clinic agrees to one of them only."""
    elder, younger = (
        deeds.apply(stage, family, deeds.born_child(stage, family, WEEKS_OLD, place), 2) for place in (1, 2)
    )
    yield 1
    deeds.accept(stage, elder)
    deeds.decline(stage, younger, DeclineReason.CAPACITY_FULL, "僅剩一個名額")
    yield 1
    deeds.accept(stage, younger)
    yield 2
    deeds.enrol_as_agreed(stage, elder)
    deeds.enrol_as_agreed(stage, younger)


def not_registered_yet(stage: Stage, family: Family) -> Generator[int, None, None]:
    """未完成戶籍登記: the child has no number yet and is known by its birth."""
    matter = deeds.apply(stage, family, deeds.born_child(stage, family, timedelta(days=5), registered=False), 1)
    yield 2
    deeds.accept(stage, matter)
    yield 4
    deeds.enrol_as_agreed(stage, matter)


def notice_never_signed(stage: Stage, family: Family) -> Generator[int, None, None]:
    """A clinic agrees, nobody comes to sign, the next clinic is asked and agrees."""
    matter = deeds.apply(stage, family, deeds.born_child(stage, family, WEEKS_OLD), 2)
    yield 1
    deeds.accept(stage, matter)
    yield NOTICE_OVER
    deeds.notice_lapses(stage, matter)
    yield 1
    deeds.accept(stage, matter)
    yield 1
    deeds.enrol_as_agreed(stage, matter)


def released_and_withdrawn(stage: Stage, family: Family) -> Generator[int, None, None]:
    """A family that has to move cannot withdraw while a notice is pending; the clinic lets it go, and it does."""
    matter = deeds.apply(stage, family, deeds.born_child(stage, family, A_YEAR_OLD), 1)
    yield 1
    deeds.accept(stage, matter)
    yield 2
    withdrawal = commands.Withdraw(matter.id, WithdrawReason.MOVED)
    stage.refused("notice-pending", withdrawal, stage.phone(matter.contact))
    deeds.release(stage, matter)
    yield 1
    deeds.withdraw(stage, matter, asked=False)


def released_and_amended(stage: Stage, family: Family) -> Generator[int, None, None]:
    """Released, the family names another second clinic, which is asked at once."""
    choices = stage.choices(family, 3)
    child = deeds.born_child(stage, family, WEEKS_OLD)
    matter = deeds.apply_for(stage, family, child, choices[:2])
    yield 1
    deeds.accept(stage, matter)
    yield 1
    deeds.release(stage, matter)
    yield 1
    deeds.amend(stage, matter, (choices[0], choices[2]))
    stage.offered(matter)
    yield 1
    deeds.accept(stage, matter)
    yield 1
    deeds.enrol_as_agreed(stage, matter)


def released_and_resumed(stage: Stage, family: Family) -> Generator[int, None, None]:
    """Released, the family does not choose; after three working days the second clinic is asked."""
    matter = deeds.apply(stage, family, deeds.born_child(stage, family, WEEKS_OLD), 2)
    yield 1
    deeds.accept(stage, matter)
    yield 1
    deeds.release(stage, matter)
    yield RELEASE_OVER
    deeds.matching_resumes(stage, matter)
    yield 1
    deeds.accept(stage, matter)
    yield 1
    deeds.enrol_as_agreed(stage, matter)


def withdrawn(stage: Stage, family: Family) -> Generator[int, None, None]:
    """The family finds another way while a clinic is being asked, and has its child's data erased."""
    matter = deeds.apply(stage, family, deeds.born_child(stage, family, WEEKS_OLD), 2)
    yield 3
    deeds.withdraw(stage, matter, asked=True)
    yield 1
    deeds.forget_child(stage, matter)


def enrolled_elsewhere(stage: Stage, family: Family) -> Generator[int, None, None]:
    """One clinic agrees; another hands in the child."""
    choices = stage.choices(family, 3)
    matter = deeds.apply_for(stage, family, deeds.born_child(stage, family, WEEKS_OLD), choices[:2])
    yield 1
    deeds.accept(stage, matter)
    yield 4
    deeds.enrol_elsewhere(stage, matter, choices[2])


def change_after_paper(stage: Stage, family: Family) -> Generator[int, None, None]:
    """Enrolled on paper, the family asks for another doctor; the bureau confirms the closure."""
    (former_choice,) = stage.choices(family, 1)
    child = deeds.born_child(stage, family, A_YEAR_OLD)
    deeds.enrol_on_paper(stage, family, child, former_choice)
    yield 3
    former = deeds.found_on_paper(stage, family, child, former_choice)
    change = deeds.request_change(stage, former, 2)
    yield 2
    deeds.bureau_confirms(stage, former, change)
    yield 1
    deeds.accept(stage, change)
    yield 2
    deeds.enrol_as_agreed(stage, change)


def change_after_platform(stage: Stage, family: Family) -> Generator[int, None, None]:
    """Enrolled through the platform, the family asks for another doctor; the former clinic closes by its file."""
    former = deeds.apply(stage, family, deeds.born_child(stage, family, A_YEAR_OLD), 1)
    yield 1
    deeds.accept(stage, former)
    yield 1
    deeds.enrol_as_agreed(stage, former)
    yield 5
    change = deeds.request_change(stage, former, 1)
    yield 3
    deeds.register_closes(stage, former, change)
    yield 1
    deeds.accept(stage, change)
    yield 1
    deeds.enrol_as_agreed(stage, change)


def on_paper_only(stage: Stage, family: Family) -> Generator[int, None, None]:
    """A family that came on paper finds its enrolment on the platform, and later changes its phone there."""
    (choice,) = stage.choices(family, 1)
    deeds.enrol_on_paper(stage, family, deeds.born_child(stage, family, WEEKS_OLD), choice)
    yield 1
    enrolment = deeds.found_on_paper(stage, family, deeds.born_child(stage, family, WEEKS_OLD), choice)
    yield 2
    deeds.change_phone_of_enrolment(stage, enrolment)


def phone_changed(stage: Stage, family: Family) -> Generator[int, None, None]:
    """The family changes its phone and goes on with the new one; the old one no longer opens the case."""
    matter = deeds.apply(stage, family, deeds.born_child(stage, family, WEEKS_OLD), 1)
    yield 1
    old = stage.phone(matter.contact)
    deeds.change_phone(stage, matter)
    stage.refused("case-not-yours", commands.Withdraw(matter.id, WithdrawReason.MISTAKE), old)
    yield 1
    deeds.accept(stage, matter)
    yield 1
    deeds.enrol_as_agreed(stage, matter)


def phone_lost(stage: Stage, family: Family) -> Generator[int, None, None]:
    """The phone is lost; the bureau enters the new one."""
    matter = deeds.apply(stage, family, deeds.born_child(stage, family, WEEKS_OLD), 1)
    yield 1
    deeds.lose_phone(stage, matter)
    yield 1
    deeds.accept(stage, matter)
    yield 1
    deeds.enrol_as_agreed(stage, matter)


def amended(stage: Stage, family: Family) -> Generator[int, None, None]:
    """While the first clinic is asked, the family may still change the second preference, never the first."""
    choices = stage.choices(family, 3)
    matter = deeds.apply_for(stage, family, deeds.born_child(stage, family, WEEKS_OLD), choices[:2])
    yield 1
    other_first = commands.AmendPreferences(matter.id, (choices[2], choices[1]))
    stage.refused("first-preference-locked", other_first, stage.phone(matter.contact))
    deeds.amend(stage, matter, (choices[0], choices[2]))
    deeds.decline(stage, matter, DeclineReason.SPECIALTY, "需小兒神經專科")
    yield 1
    deeds.accept(stage, matter)
    yield 1
    deeds.enrol_as_agreed(stage, matter)


def institution_closed(stage: Stage, family: Family) -> Generator[int, None, None]:
    """The clinic that is asked is closed in the registry, by mistake as it turns out; the second one agrees."""
    leaver = yield from stage.leaver(family)
    choices = (leaver, *stage.choices(family, 1))
    matter = deeds.apply_for(stage, family, deeds.born_child(stage, family, WEEKS_OLD), choices)
    yield 1
    departures.institution_closes(stage, matter)
    yield 1
    departures.institution_reopens(stage, family, leaver)
    deeds.accept(stage, matter)
    yield 1
    stage.is_back(leaver)
    deeds.enrol_as_agreed(stage, matter)


def institution_left_programme(stage: Stage, family: Family) -> Generator[int, None, None]:
    """The only clinic agrees and leaves the programme before the family signs: the bureau takes over."""
    leaver = yield from stage.leaver(family)
    stage.choices(family, 1)
    matter = deeds.apply_for(stage, family, deeds.born_child(stage, family, A_YEAR_OLD), (leaver,))
    yield 1
    deeds.accept(stage, matter)
    departures.institution_leaves_programme(stage, family, leaver)
    yield 1
    departures.agreement_falls_through(stage, matter)
    yield 1
    departures.institution_joins_again(stage, family, leaver)
    yield 1
    stage.is_back(leaver)


def doctor_suspended(stage: Stage, family: Family) -> Generator[int, None, None]:
    """The second doctor is suspended while the first clinic is asked, which then declines: the third is asked."""
    leaver = yield from stage.leaver(family)
    first, third = stage.choices(family, 2)
    matter = deeds.apply_for(stage, family, deeds.born_child(stage, family, WEEKS_OLD), (first, leaver, third))
    yield 1
    departures.doctor_is_suspended(stage, family, leaver)
    yield 1
    deeds.decline_before_one_who_left(stage, matter, DeclineReason.CAPACITY_FULL, "收案員額已滿")
    yield 1
    departures.doctor_resumes(stage, family, leaver)
    deeds.accept(stage, matter)
    yield 2
    stage.is_back(leaver)
    deeds.enrol_as_agreed(stage, matter)


def applied_twice(stage: Stage, family: Family) -> Generator[int, None, None]:
    """The family sends its form again: the same child has one case, and a mistyped number none."""
    child = deeds.born_child(stage, family, WEEKS_OLD)
    matter = deeds.apply(stage, family, child, 1)
    again = commands.SubmitApplication(family.contact, family.mother, child, matter.choices)
    stage.refused("live-case-exists", again, stage.phone(family.contact))
    stage.tell(family, "applied_twice", case_no=matter.case_no)
    stage.refused("wrong-checksum", _with_mistyped_number(again), stage.phone(family.contact))
    yield 2
    deeds.accept(stage, matter)
    yield 2
    deeds.enrol_as_agreed(stage, matter)


def _with_mistyped_number(form: commands.SubmitApplication) -> commands.SubmitApplication:
    number = form.mother.identifier
    mistyped = f"{number[:-1]}{(int(number[-1]) + 1) % 10}"
    return commands.SubmitApplication(
        form.contact, commands.MotherEntry(form.mother.kind, mistyped), form.child, form.preferences
    )


PLOTS: tuple[tuple[Plot, IdentifierKind], ...] = (
    (first_agrees, IdentifierKind.NATIONAL_ID),
    (second_agrees, IdentifierKind.NATIONAL_ID),
    (third_agrees, IdentifierKind.NATIONAL_ID),
    (nobody_agrees, IdentifierKind.NATIONAL_ID),
    (expected_child, IdentifierKind.NATIONAL_ID),
    (twins, IdentifierKind.NATIONAL_ID),
    (not_registered_yet, IdentifierKind.NATIONAL_ID),
    (first_agrees, IdentifierKind.RESIDENT_CERTIFICATE),
    (second_agrees, IdentifierKind.PASSPORT),
    (notice_never_signed, IdentifierKind.NATIONAL_ID),
    (released_and_withdrawn, IdentifierKind.NATIONAL_ID),
    (released_and_amended, IdentifierKind.NATIONAL_ID),
    (released_and_resumed, IdentifierKind.NATIONAL_ID),
    (withdrawn, IdentifierKind.NATIONAL_ID),
    (enrolled_elsewhere, IdentifierKind.NATIONAL_ID),
    (on_paper_only, IdentifierKind.NATIONAL_ID),
    (change_after_paper, IdentifierKind.NATIONAL_ID),
    (change_after_platform, IdentifierKind.NATIONAL_ID),
    (phone_changed, IdentifierKind.NATIONAL_ID),
    (phone_lost, IdentifierKind.NATIONAL_ID),
    (amended, IdentifierKind.NATIONAL_ID),
    (institution_closed, IdentifierKind.NATIONAL_ID),
    (institution_left_programme, IdentifierKind.NATIONAL_ID),
    (doctor_suspended, IdentifierKind.NATIONAL_ID),
    (applied_twice, IdentifierKind.NATIONAL_ID),
)
"""Every plot, and by what kind of number the mother of its family is known."""
