"""What people do in the story, a function a deed: the command, what must follow from it, the line that tells it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from services.matching import commands
from services.matching.commands import ChildEntry
from services.matching.demonstration.cast import OPERATOR, bureau
from services.matching.demonstration.stage import Matter
from services.matching.events import ChangeReason, Sex, WithdrawReason
from shared.vault.blind_index import Identifier

if TYPE_CHECKING:
    from datetime import date

    from services.matching.commands import PreferenceEntry
    from services.matching.demonstration.cast import Family
    from services.matching.demonstration.stage import Stage
    from services.matching.events import DeclineReason

# The family -------------------------------------------------------------------------------------------------------

_A_MONTH = timedelta(days=30)
_ONE_IN_SO_MANY_IS_EXPECTED = 3


def born_child(stage: Stage, family: Family, age: timedelta, place: int = 0, *, registered: bool = True) -> ChildEntry:
    """A child of this age; the `place`th of twins, from 1, or a single one; without a number until it is registered."""
    return ChildEntry(
        residence=family.residence,
        birth_date=stage.clock.today - age,
        name=family.child_name if place < 2 else f"{family.child_name}妹",
        sex=Sex.MALE if place % 2 == 0 else Sex.FEMALE,
        identifier=family.child_number(place) if registered else "",
        birth_order=place,
    )


def expected_child(family: Family, due: date) -> ChildEntry:
    """A child that is not born yet."""
    return ChildEntry(residence=family.residence, due_date=due)


def apply(stage: Stage, family: Family, child: ChildEntry, count: int) -> Matter:
    """申請, with so many preferences; the first is asked at once."""
    return apply_for(stage, family, child, stage.choices(family, count))


def apply_for(stage: Stage, family: Family, child: ChildEntry, choices: tuple[PreferenceEntry, ...]) -> Matter:
    """申請, with these preferences."""
    command = commands.SubmitApplication(family.contact, family.mother, child, choices)
    outcome = stage.ask(command, stage.phone(family.contact))
    matter = Matter(family, family.contact, child, choices, outcome.id, outcome.number)
    stage.tally.case_ids.add(outcome.id)
    stage.tally.happened("CaseSubmitted")
    stage.tally.did("children")
    what = "applied" if child.birth_date else "applied_before_birth"
    stage.tell(family, what, case_no=outcome.number, choices=len(choices), child=child.name, due=child.due_date)
    stage.offered(matter)
    return matter


def come_late(stage: Stage, count: int) -> None:
    """申請, by so many families that all want a doctor of the first clinic there is."""
    clinic = stage.cast.clinics[0]
    for number in range(count):
        family = stage.family()
        wanted = stage.cast.choice_at(clinic, family)
        others = stage.choices(family, 2)
        is_born = number % _ONE_IN_SO_MANY_IS_EXPECTED
        child = (
            born_child(stage, family, _A_MONTH * (number + 1))
            if is_born
            else expected_child(family, stage.clock.today + _A_MONTH)
        )
        choices = (wanted, *(choice for choice in others if choice.institution != clinic))
        apply_for(stage, family, child, choices)


def amend(stage: Stage, matter: Matter, choices: tuple[PreferenceEntry, ...]) -> None:
    """修改志願: `choices` is the whole list."""
    stage.ask(commands.AmendPreferences(matter.id, choices), stage.phone(matter.contact))
    matter.choices = choices
    stage.tally.happened("PreferencesAmended")
    stage.tell(matter.family, "amended", choices=len(choices))


def withdraw(stage: Stage, matter: Matter, *, asked: bool) -> None:
    """撤回; `asked` tells whether an institution is asked at present."""
    stage.ask(commands.Withdraw(matter.id, WithdrawReason.MOVED), stage.phone(matter.contact))
    if asked:
        stage.offer_ended(matter)
        stage.tally.did("let_go")
    stage.tally.happened("CaseWithdrawn")
    stage.tell(matter.family, "withdrew", reason=WithdrawReason.MOVED)


def forget_child(stage: Stage, matter: Matter) -> None:
    """刪除個人資料, at the family's request, once its case has ended."""
    subject = stage.known_by(Identifier("national_id", matter.child.identifier))
    stage.ask(commands.ForgetSubject(subject, "家長請求刪除"), OPERATOR)
    stage.tally.did("forgotten")
    stage.tell(matter.family, "forgotten")


def report_birth(stage: Stage, matter: Matter, child: ChildEntry) -> None:
    """出生."""
    stage.ask(commands.ReportBirth(matter.id, child), stage.phone(matter.contact))
    matter.child = child
    stage.tally.happened("ChildBorn")
    stage.tell(matter.family, "born", child=child.name)


def change_phone(stage: Stage, matter: Matter) -> None:
    """變更聯絡人, by the family itself."""
    owner, contact = stage.phone(matter.contact), matter.family.other_phone()
    stage.move_to(contact, matter.id, owner)
    _reached_elsewhere(stage, matter, contact, "changed_phone")


def lose_phone(stage: Stage, matter: Matter) -> None:
    """變更聯絡人, by the bureau, because the phone is lost."""
    contact = matter.family.other_phone()
    stage.ask(commands.ChangeContact(matter.id, contact), bureau(matter.family.residence.county))
    _reached_elsewhere(stage, matter, contact, "lost_phone")


def change_phone_of_enrolment(stage: Stage, enrolment: Matter) -> None:
    """變更聯絡人, by a family that is enrolled and has no case."""
    owner, contact = stage.phone(enrolment.contact), enrolment.family.other_phone()
    stage.move_to(contact, enrolment.id, owner)
    enrolment.contact = contact
    stage.phone(contact)
    stage.tally.happened("EnrolmentContactChanged")
    stage.tell(enrolment.family, "changed_phone_of_enrolment")


def _reached_elsewhere(stage: Stage, matter: Matter, contact: commands.ContactEntry, what: str) -> None:
    matter.contact = contact
    stage.phone(contact)
    stage.tally.happened("ContactChanged")
    stage.tell(matter.family, what)


def request_change(stage: Stage, former: Matter, count: int) -> Matter:
    """變更申請, of the enrolment or the case that `former` is about; nobody new hears of it yet."""
    choices = stage.choices(former.family, count, avoiding=former.asked.doctor)
    command = commands.RequestChange(former.id, ChangeReason.MOVED, choices)
    outcome = stage.ask(command, stage.phone(former.contact))
    stage.tally.case_ids.add(outcome.id)
    for fact in ("CaseSubmitted", "ChangeRequested", "FormerInstitutionNotified", "BureauTaskOpened"):
        stage.tally.happened(fact)
    stage.tell(former.family, "asked_for_change", clinic=stage.cast.name_of(former.asked.institution))
    return Matter(former.family, former.contact, former.child, choices, outcome.id, outcome.number)


# The institution --------------------------------------------------------------------------------------------------


def accept(stage: Stage, matter: Matter) -> None:
    """同意收案: the family is asked to sign."""
    stage.ask(commands.AcceptOffer(matter.id, matter.rank), stage.cast.clinic(matter.asked))
    stage.offer_ended(matter)
    stage.tally.happened("InstitutionAccepted")
    stage.tally.happened("NoticeRequested")
    stage.tell(matter.family, "accepted", clinic=stage.cast.name_of(matter.asked.institution))


def state_places(stage: Stage, matter: Matter, places: int) -> None:
    """餘額: the doctor who is asked says how many more families can come."""
    asked = matter.asked
    stage.ask(commands.StatePlaces(asked.doctor, places), stage.cast.clinic(asked))
    stage.tally.did("places_stated")
    stage.tell(matter.family, "places_stated", clinic=stage.cast.name_of(asked.institution), places=places)


def decline(stage: Stage, matter: Matter, reason: DeclineReason, words: str) -> None:
    """未能同意收案: the next preference is asked."""
    _decline(stage, matter, reason, words)
    stage.offered(matter)


def decline_before_one_who_left(stage: Stage, matter: Matter, reason: DeclineReason, words: str) -> None:
    """未能同意收案, where the next preference takes part no longer: the one behind it is asked."""
    _decline(stage, matter, reason, words)
    stage.passed_over(matter)
    stage.offered(matter)


def _decline(stage: Stage, matter: Matter, reason: DeclineReason, words: str) -> None:
    command = commands.DeclineOffer(matter.id, matter.rank, reason, words)
    stage.ask(command, stage.cast.clinic(matter.asked))
    stage.offer_ended(matter)
    stage.tally.happened("InstitutionDeclined")
    stage.tally.reasons[reason] += 1
    stage.tell(matter.family, "declined", clinic=stage.cast.name_of(matter.asked.institution), reason=reason)


def release(stage: Stage, matter: Matter) -> None:
    """解除待簽: the family may withdraw or amend."""
    command = commands.ReleaseNotice(matter.id, matter.rank, "家長改期，先行解除")
    stage.ask(command, stage.cast.clinic(matter.asked))
    stage.tally.happened("NoticeReleased")
    stage.tell(matter.family, "released", clinic=stage.cast.name_of(matter.asked.institution))


# The clock --------------------------------------------------------------------------------------------------------


def offer_runs_out(stage: Stage, matter: Matter) -> None:
    """逾時, on the morning after the last day to answer."""
    stage.offer_ended(matter)
    stage.tally.happened("OfferExpired")
    stage.tell(matter.family, "expired", clinic=stage.cast.name_of(matter.asked.institution))
    stage.offered(matter)


def notice_lapses(stage: Stage, matter: Matter) -> None:
    """逾期, on the morning after the last day to sign."""
    stage.tally.happened("NoticeLapsed")
    stage.tell(matter.family, "lapsed", clinic=stage.cast.name_of(matter.asked.institution))
    stage.offered(matter)


def matching_resumes(stage: Stage, matter: Matter) -> None:
    """The family was released and has not chosen in time: the next preference is asked."""
    stage.tell(matter.family, "resumed")
    stage.offered(matter)


# The register and the bureau --------------------------------------------------------------------------------------


def enrol_as_agreed(stage: Stage, matter: Matter) -> None:
    """通知函已簽署, 收案: the clinic exports the case, fills in the day and hands the file in, this evening."""
    stage.register.enrol(matter)
    for fact in ("NoticeSigned", "CaseEnrolled", "EnrolmentRecorded"):
        stage.tally.happened(fact)
    stage.tell(matter.family, "enrolled", clinic=stage.cast.name_of(matter.asked.institution))


def enrol_elsewhere(stage: Stage, matter: Matter, where: PreferenceEntry) -> None:
    """比對不一致: another clinic hands in the child of a family whose case had been agreed."""
    stage.register.enrol_by_hand(matter.family, matter.contact, matter.child, where)
    stage.tally.happened("EnrolmentMismatchDetected")
    stage.tally.happened("EnrolmentRecorded")
    stage.tally.did("let_go")
    agreed, real = (stage.cast.name_of(choice.institution) for choice in (matter.asked, where))
    stage.tell(matter.family, "enrolled_elsewhere", agreed=agreed, clinic=real)


def enrol_on_paper(stage: Stage, family: Family, child: ChildEntry, where: PreferenceEntry) -> None:
    """現行系統收案資料: a family that never used the platform; from tomorrow on it can ask for a change."""
    stage.phone(family.contact)
    stage.register.enrol_by_hand(family, family.contact, child, where)
    stage.tally.happened("EnrolmentRecorded")
    stage.tally.did("enrolled_on_paper")
    stage.tally.did("children")
    stage.tell(family, "enrolled_on_paper", clinic=stage.cast.name_of(where.institution))


def found_on_paper(stage: Stage, family: Family, child: ChildEntry, where: PreferenceEntry) -> Matter:
    """The enrolment on paper, as the family finds it by its phone."""
    found = stage.enrolment_on_paper(family.contact)
    stage.tell(family, "found_on_paper", clinic=stage.cast.name_of(where.institution))
    return Matter(family, family.contact, child, (where,), found, "", rank=1)


def bureau_confirms(stage: Stage, former: Matter, change: Matter) -> None:
    """結案, confirmed by the bureau of the former clinic's county: the new clinics may hear of the case."""
    officer = bureau(stage.cast.county_of(former.asked.institution))
    stage.ask(commands.ConfirmClosure(change.id, stage.clock.today), officer)
    _former_enrolment_ends(stage, former, change, "bureau_confirmed")


def register_closes(stage: Stage, former: Matter, change: Matter) -> None:
    """結案, by the former clinic's file of this evening."""
    stage.register.close(former)
    _former_enrolment_ends(stage, former, change, "register_closed")


def _former_enrolment_ends(stage: Stage, former: Matter, change: Matter, what: str) -> None:
    stage.tally.happened("EnrolmentClosed")
    stage.tally.happened("PreviousEnrolmentClosed")
    stage.tell(former.family, what, clinic=stage.cast.name_of(former.asked.institution))
    stage.offered(change)
