"""Exports, imports, and people to be forgotten."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from services.matching import commands
from services.matching.domain import refusals
from services.matching.events import Child, RegisterKind, WithdrawReason
from shared.application import Result
from shared.sealing import SubjectId
from shared.vault.blind_index import Identifier
from tests.controls.applicants import BANQIAO, DAAN, OPERATOR, FamilyOf, bureau_of, doctor_at, taipei

DIGEST = "ab" * 32
LIN, CHEN = FamilyOf(1), FamilyOf(2)


# Exports


def test_an_institution_exports_the_cases_it_has_accepted(office):
    cases = [office.submit(family) for family in (LIN, CHEN)]
    for case in cases:
        office.accepted_by(BANQIAO, case.id)
    outcome = office.ask(commands.ExportCases((cases[0].id, cases[1].id, cases[0].id), DIGEST), doctor_at(BANQIAO))
    [export] = office.matching.events.get(outcome.id)
    assert (export.institution, export.digest) == (BANQIAO, office.matching.desk.file_digest(DIGEST))
    assert DIGEST not in export.digest
    assert export.case_nos == tuple(case.number for case in cases)


def test_an_institution_exports_no_case_that_it_has_not_accepted(office):
    case = office.submit(LIN)
    with pytest.raises(refusals.CaseNotForExport) as refused:
        office.ask(commands.ExportCases((case.id,), DIGEST), doctor_at(BANQIAO))
    assert refused.value.params == {"case_no": case.number}
    office.accepted_by(BANQIAO, case.id)
    with pytest.raises(refusals.OfferNotYours):
        office.ask(commands.ExportCases((case.id,), DIGEST), doctor_at(DAAN))


def test_an_export_names_its_cases_and_its_file(office):
    with pytest.raises(refusals.InvalidForm) as refused:
        office.ask(commands.ExportCases((), "no digest"), doctor_at(BANQIAO))
    assert {refusal.field for refusal in refused.value.refusals} == {"case_ids", "digest"}


# Imports


def test_an_import_is_counted(office):
    outcome = office.ask(commands.RecordImport(RegisterKind.CLOSURES, DIGEST, 4, 2, 1, 1), OPERATOR)
    [record] = office.matching.events.get(outcome.id)
    assert (record.kind, record.rows, record.taken, record.unchanged, record.refused) == (
        RegisterKind.CLOSURES,
        4,
        2,
        1,
        1,
    )
    assert record.digest == office.matching.desk.file_digest(DIGEST) != DIGEST


@pytest.mark.parametrize("counts", [(4, 2, 1, 0), (1, 2, -1, 0), (-1, -1, 0, 0)])
def test_counts_that_no_file_can_have_are_refused(office, counts):
    with pytest.raises(refusals.InvalidForm) as refused:
        office.ask(commands.RecordImport(RegisterKind.CLOSURES, DIGEST, *counts), OPERATOR)
    assert [(refusal.field, refusal.code) for refusal in refused.value.refusals] == [("rows", "counts-inconsistent")]


# Forgetting


def forgettings(office):
    """Whom the log tells to be forgotten, as often as it does."""
    query = "select convert_from(data, 'UTF8')::json ->> 'subject' from event where type = %s"
    rows = office.matching.recorder.connections.fetch(query, ("matching.SubjectForgotten.v1",))
    return [SubjectId(UUID(subject)) for (subject,) in rows]


def forget(office, subject, ground="retention ended"):
    return office.ask(commands.ForgetSubject(subject, ground), OPERATOR)


def test_a_person_whose_matters_have_ended_is_forgotten_for_good(office):
    family = FamilyOf(901)
    case_id = office.submit(family).id
    child = office.case(case_id).family.child
    with pytest.raises(refusals.PersonHasLiveMatter):
        forget(office, child.subject)
    office.ask(commands.Withdraw(case_id, WithdrawReason.OTHER), office.parent(family))
    outcome = forget(office, child.subject)
    assert office.told(outcome.id) == ["SubjectForgotten"]
    assert office.vault.open(child, Child) is None


def test_an_enrolled_child_is_not_forgotten(office):
    outcome = office.ask(replace(LIN.row(), enrolled_on=office.now.date()), OPERATOR)
    [recorded] = office.matching.events.get(outcome.id)
    with pytest.raises(refusals.PersonHasLiveMatter):
        forget(office, recorded.child_subject)


@pytest.mark.parametrize("person", ["mother_subject", "contact_subject", "child_subject", "birth_subject"])
def test_nobody_of_a_family_is_forgotten_before_its_case_has_ended(office, person):
    family = FamilyOf(904)
    case_id = office.submit(family).id
    subject = getattr(office.case(case_id).family, person)
    with pytest.raises(refusals.PersonHasLiveMatter):
        forget(office, subject)
    office.ask(commands.Withdraw(case_id, WithdrawReason.OTHER), office.parent(family))
    assert office.told(forget(office, subject).id) == ["SubjectForgotten"]


@pytest.mark.parametrize("person", ["mother_subject", "contact_subject", "child_subject", "birth_subject"])
def test_nobody_of_a_family_is_forgotten_while_its_child_is_enrolled(office, person):
    office.now = taipei(2, 27)
    outcome = office.ask(FamilyOf(905).row(), OPERATOR)
    [recorded] = office.matching.events.get(outcome.id)
    with pytest.raises(refusals.PersonHasLiveMatter):
        forget(office, getattr(recorded, person))


@pytest.mark.parametrize("enrolled", [False, True], ids=["case", "enrolment"])
def test_a_former_contact_can_be_forgotten_and_the_new_one_cannot(office, enrolled):
    office.now = taipei(2, 27)
    family, another = FamilyOf(906 + enrolled), FamilyOf(908 + enrolled)
    matter = office.ask(family.row(), OPERATOR) if enrolled else office.submit(family)
    office.ask(commands.ChangeContact(matter.id, another.contact), bureau_of("新北市"))
    with pytest.raises(refusals.PersonHasLiveMatter):
        forget(office, office.parent(another).subject)
    assert forget(office, office.parent(family).subject).result == Result.DONE


def test_a_person_is_protected_by_every_subject_that_the_vault_has_merged(office):
    family = FamilyOf(910)
    case = office.case(office.submit(family).id)
    other = office.vault.subject_for([Identifier("passport", "300000910")])
    office.vault.merge(other, case.family.mother_subject)
    with pytest.raises(refusals.PersonHasLiveMatter):
        forget(office, other)


def test_forgetting_again_is_recorded_once(office):
    subject = office.parent(FamilyOf(911)).subject
    first = forget(office, subject)
    again = forget(office, subject)
    assert (again.id, again.result) == (first.id, Result.UNCHANGED)


def test_whom_the_vault_has_forgotten_the_log_is_told_where_it_does_not_know(office):
    mother, father = (office.parent(FamilyOf(number)).subject for number in (912, 913))
    office.vault.merge(mother, father)
    known = office.parent(FamilyOf(914)).subject
    forget(office, known)
    office.vault.forget(mother, "ordered by a court")  # and there the process died
    for _ in range(2):
        office.matching.record_forgotten(office.vault.forgotten(), office.now)
    told = forgettings(office)
    assert [told.count(subject) for subject in (mother, father, known)] == [1, 1, 1]


def test_a_person_on_hold_and_an_unknown_one_are_not_forgotten(office):
    subject = office.parent(FamilyOf(902)).subject
    office.vault.hold(subject, "litigation", None, "operator/1")
    with pytest.raises(refusals.PersonOnHold) as refused:
        forget(office, subject)
    assert refused.value.params == {"grounds": ("litigation",)}
    with pytest.raises(refusals.PersonUnknown):
        forget(office, SubjectId(uuid4()))


def test_forgetting_needs_a_ground_and_an_operator(office):
    subject = office.parent(LIN).subject
    with pytest.raises(refusals.InvalidForm):
        forget(office, subject, ground=" ")
    with pytest.raises(refusals.RoleNotAllowed):
        office.ask(commands.ForgetSubject(subject, "retention ended"), doctor_at(BANQIAO))


def test_nothing_can_be_written_about_somebody_forgotten(office):
    family = FamilyOf(903)
    case = office.submit(family)
    office.vault.forget(office.case(case.id).family.child_subject, "ordered by a court")
    with pytest.raises(refusals.FamilyForgotten):
        office.declined_by(BANQIAO, case.id)
