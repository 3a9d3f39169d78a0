"""附件 of lines: sent in parts, sealed before they are kept, read back by whoever sees the case."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import msgspec
import pytest

from services.support.application.attaching import name_of, part_of, receive_part
from services.support.commands import (
    ApproveApplication,
    AttachFile,
    DetachFile,
    RemoveLines,
    SetLines,
    SubmitForReview,
)
from services.support.domain import refusals
from services.support.domain.files import PART_BYTES, Upload
from services.support.domain.policies import POLICIES
from services.support.events import FileKind
from shared.application import Result
from shared.blobs import BlobStore, blobs_of
from shared.refusals import InvalidForm, RoleNotAllowed
from tests.controls.supporters import BUREAU, COLLEAGUE, HOME, OTHER_INSTITUTION, PRACTITIONER, SATURDAY, line

pytestmark = pytest.mark.postgres

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels" * 10 + b"\x00\x00\x00\x00IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0" + b"pixels" * 10 + b"\xff\xd9"
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 6000 + b"\n%%EOF\n"
"""1.5 MB, in three parts."""
LARGEST = POLICIES[0].attachment_bytes


@pytest.fixture
def case(office):
    return office.drafted(line())


@pytest.fixture
def line_id(office, case):
    [known] = office.application(case.id).lines
    return known


def sent(office, case, line_id, content, caller=PRACTITIONER, upload=None, now=None):
    """The parts of a file on their way; answers with the upload and how many they are."""
    upload = Upload(case.id, line_id, upload or uuid4())
    parts = [content[place : place + PART_BYTES] for place in range(0, len(content), PART_BYTES)]
    for number, part in enumerate(parts):
        receive_part(office.supporting.desk, upload, number, part, caller, now or office.now)
    return upload.id, len(parts)


def attached(office, case, line_id, content=PNG, name="同意書.png", caller=PRACTITIONER):
    upload, parts = sent(office, case, line_id, content, caller)
    return office.ask(AttachFile(case.id, line_id, upload, parts, name), caller)


def test_a_file_of_several_parts_is_attached_and_read_back_as_it_was(office, case, line_id):
    attached(office, case, line_id, PDF, "支援同意書.pdf")
    [file] = office.application(case.id).files_of(line_id)
    desk = office.supporting.desk
    assert (file.kind, file.size, len(file.parts)) == (FileKind.PDF, len(PDF), 3)
    assert b"".join(part_of(desk, digest) for digest in file.parts) == PDF
    assert name_of(desk, file) == "支援同意書.pdf"
    assert office.told(case.id)[-1] == "FileAttached"


def test_nothing_of_a_file_touches_the_disk_or_the_log_unsealed(office, case, line_id, tmp_path, database):
    attached(office, case, line_id, PDF, "陳安的同意書.pdf")
    kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert kept
    assert not any(b"%PDF" in content or b"%%EOF" in content for content in kept)
    with database.connect(name="test") as connection:
        assert not any("陳安".encode() in data for (data,) in connection.execute("select data from event"))


def test_the_parts_are_blobs_that_the_events_name_so_that_archives_carry_them(office, case, line_id, tmp_path):
    attached(office, case, line_id, PDF)
    [file] = office.application(case.id).files_of(line_id)
    store = BlobStore(tmp_path / "blobs")
    assert all(store.path(digest).is_file() for digest in file.parts)
    told = list(office.supporting.events.get(case.id))[-1]
    assert tuple(blobs_of(type(told), msgspec.json.encode(told))) == file.parts


@pytest.mark.parametrize(("content", "kind"), [(PNG, FileKind.PNG), (JPEG, FileKind.JPEG), (PDF, FileKind.PDF)])
def test_what_a_file_is_its_bytes_say_and_not_its_name(office, case, line_id, content, kind):
    attached(office, case, line_id, content, "檔案.exe")
    [file] = office.application(case.id).files_of(line_id)
    assert file.kind is kind


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"MZ\x90\x00 a program", refusals.FileKindNotTaken),
        (b"<html>%PDF-1.7", refusals.FileKindNotTaken),
        (PDF[: PART_BYTES + 5], refusals.FileDamaged),
        (PNG[:40], refusals.FileDamaged),
        (JPEG[:-2], refusals.FileDamaged),
    ],
)
def test_what_is_no_whole_document_or_picture_is_refused_whatever_its_name(office, case, line_id, content, fault):
    with pytest.raises(fault):
        attached(office, case, line_id, content, "同意書.pdf")
    assert office.application(case.id).files_of(line_id) == []


def test_a_file_above_the_limit_of_the_policy_is_refused(office, case, line_id):
    largest = b"%PDF-" + b"x" * (LARGEST - 10) + b"%%EOF"
    attached(office, case, line_id, largest)
    with pytest.raises(refusals.FileTooLarge) as refused:
        attached(office, case, line_id, largest + b"\n")
    assert refused.value.params == {"given": LARGEST + 1, "limit": LARGEST}
    upload = Upload(case.id, line_id, uuid4())
    for number, part in ((LARGEST // PART_BYTES + 1, b"x"), (-1, b"x"), (0, b"x" * (PART_BYTES + 1))):
        with pytest.raises(refusals.FileTooLarge):
            receive_part(office.supporting.desk, upload, number, part, PRACTITIONER, office.now)


def test_a_line_takes_as_many_files_as_the_policy_says(office, case, line_id):
    most = POLICIES[0].attachments_most
    for _ in range(most - 1):
        attached(office, case, line_id)
    upload, parts = sent(office, case, line_id, PNG)
    for _ in "12":  # a second click is no other file
        office.ask(AttachFile(case.id, line_id, upload, parts, "同意書"), PRACTITIONER)
    with pytest.raises(refusals.FilesTooMany):
        attached(office, case, line_id)


def test_a_file_of_which_parts_are_missing_or_gone_is_not_attached(office, case, line_id):
    upload, parts = sent(office, case, line_id, PDF)
    for wrong in ((upload, parts + 1), (uuid4(), 1), (upload, 0)):
        with pytest.raises(refusals.UploadIncomplete):
            office.ask(AttachFile(case.id, line_id, *wrong, "同意書.pdf"), PRACTITIONER)
    sent(office, case, line_id, PNG, now=office.now + timedelta(hours=1, seconds=1))
    with pytest.raises(refusals.UploadIncomplete):
        office.ask(AttachFile(case.id, line_id, upload, parts, "同意書.pdf"), PRACTITIONER)


def test_the_same_upload_is_attached_once(office, case, line_id):
    upload, parts = sent(office, case, line_id, PNG)
    first, again = (office.ask(AttachFile(case.id, line_id, upload, parts, "同意書"), PRACTITIONER) for _ in "12")
    assert (again.version, again.result) == (first.version, Result.UNCHANGED)
    assert [file.id for file in office.application(case.id).files_of(line_id)] == [upload]


def test_a_part_that_is_sent_again_takes_the_place_of_the_one_before(office, case, line_id):
    upload, parts = sent(office, case, line_id, JPEG)
    sent(office, case, line_id, PNG, upload=upload)
    office.ask(AttachFile(case.id, line_id, upload, parts, "同意書"), PRACTITIONER)
    [file] = office.application(case.id).files_of(line_id)
    assert file.kind is FileKind.PNG


def test_files_stay_with_a_line_that_is_entered_again_and_go_with_one_that_is_removed(office, case, line_id):
    attached(office, case, line_id)
    office.ask(SetLines(case.id, (replace(line(), line_id=line_id),)), PRACTITIONER)
    [file] = office.application(case.id).files_of(line_id)
    assert office.application(case.id).lines[line_id].attachments == file.parts
    office.ask(RemoveLines(case.id, (line_id,)), PRACTITIONER)
    assert office.application(case.id).files == {}


def test_no_file_stays_with_a_line_that_becomes_somebody_elses(office):
    case = office.drafted(line(), line(schedule=SATURDAY), caller=HOME)
    changed, kept = office.application(case.id).lines
    for line_id in (changed, kept):
        attached(office, case, line_id, caller=HOME)
    office.ask(SetLines(case.id, (line(who=COLLEAGUE.number, line_id=changed),)), HOME)
    application = office.application(case.id)
    assert (application.files_of(changed), application.lines[changed].attachments) == ([], ())
    [file] = application.files_of(kept)
    assert application.lines[kept].attachments == file.parts
    attached(office, case, changed, caller=HOME)
    assert len(office.application(case.id).files_of(changed)) == 1


def test_a_file_is_detached_once(office, case, line_id):
    attached(office, case, line_id)
    [file] = office.application(case.id).files_of(line_id)
    office.ask(DetachFile(case.id, file.id), PRACTITIONER)
    assert office.application(case.id).lines[line_id].attachments == ()
    with pytest.raises(refusals.FileUnknown):
        office.ask(DetachFile(case.id, file.id), PRACTITIONER)


def test_an_approved_support_names_the_files_of_its_line(office, case, line_id):
    attached(office, case, line_id, PDF)
    [file] = office.application(case.id).files_of(line_id)
    office.ask(SubmitForReview(case.id, 1), PRACTITIONER)
    office.ask(ApproveApplication(case.id), BUREAU)
    assert office.support(line_id).attachments == file.parts


def test_nothing_is_attached_to_what_is_under_review_or_to_no_line(office, case, line_id):
    with pytest.raises(refusals.LineUnknown):
        attached(office, case, UUID(int=7))
    upload, parts = sent(office, case, line_id, PNG)
    office.ask(SubmitForReview(case.id, 1), PRACTITIONER)
    with pytest.raises(refusals.ApplicationNotOpen):
        office.ask(AttachFile(case.id, line_id, upload, parts, "同意書.png"), PRACTITIONER)


@pytest.mark.parametrize(
    ("caller", "fault"),
    [(OTHER_INSTITUTION, refusals.NotYourApplication), (BUREAU, RoleNotAllowed)],
    ids=["another institution", "a bureau"],
)
def test_nobody_else_attaches_anything(office, case, line_id, caller, fault):
    with pytest.raises(fault):
        attached(office, case, line_id, caller=caller)


def test_the_home_institution_attaches_to_what_its_people_have_begun(office, case, line_id):
    attached(office, case, line_id, caller=HOME)
    assert len(office.application(case.id).files_of(line_id)) == 1


def test_a_file_needs_a_name(office, case, line_id):
    with pytest.raises(InvalidForm):
        attached(office, case, line_id, name=" ")


def test_of_somebody_who_has_been_forgotten_no_file_can_be_read(office, case, line_id):
    attached(office, case, line_id)
    [file] = office.application(case.id).files_of(line_id)
    office.vault.forget(file.name.subject, "個人資料保護法第11條第3項")
    assert name_of(office.supporting.desk, file) is None
    with pytest.raises(refusals.PractitionerForgotten):
        part_of(office.supporting.desk, file.parts[0])
