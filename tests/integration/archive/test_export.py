"""What is exported proves itself, holds what belongs together, and goes on where it was interrupted."""

from __future__ import annotations

import json
import resource
from contextlib import contextmanager

import pytest

from shared.archive.extent import NothingThere
from shared.archive.files import NotWritten, alone_in, lines_of
from shared.archive.format import MANIFEST, ArchiveRefused, Objection, read_manifest, table_file
from shared.archive.restoring import refuse_partial
from shared.archive.rows import row_of
from shared.archive.snapshot import NotSettled
from shared.archive.writing import NotArchivable
from shared.blobs import BlobMissing
from tests.controls.logbook import CONTEXT
from tests.integration.archive.offices import interrupt_at, part_of, proved

pytestmark = pytest.mark.postgres


@contextmanager
def a_disk_that_takes(size: int):
    """No file can grow beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_finished_archive_is_proved_by_the_verifier(exported):
    assert (proved(exported.archive).first_bad, proved(exported.archive).signed) == (None, 24)
    part = part_of(exported.archive)
    assert part.types == {"parcels.ParcelPosted.v1": 12, "parcels.ParcelPassedOn.v1": 12}
    assert [(file.first, file.last) for file in part.files] == [(1, 7), (8, 14), (15, 21), (22, 24)]
    assert not list(exported.archive.rglob("*.part"))


def test_an_export_that_was_interrupted_goes_on_where_it_was(office, exported):
    with pytest.raises(KeyboardInterrupt):
        office.export(watch=interrupt_at(15))
    finished = {path: path.stat().st_ino for path in office.archive.rglob("*0007.ndjson.zst")}
    office.go_on()
    assert {path: path.stat().st_ino for path in finished} == finished != {}
    assert proved(office.archive).first_bad is None
    assert part_of(office.archive).types == part_of(exported.archive).types


def test_what_happens_during_an_interruption_is_left_for_another_export(office):
    with pytest.raises(KeyboardInterrupt):
        office.export(watch=interrupt_at(8))
    office.post(3)
    office.go_on()
    assert part_of(office.archive).last == 24


def test_a_full_disk_is_told_and_the_export_goes_on_once_there_is_room(office):
    with a_disk_that_takes(15_000), pytest.raises(NotWritten, match="verify"):
        office.export()
    assert not (office.archive / MANIFEST).exists()
    assert not list(office.archive.rglob("*.part"))
    office.go_on()
    assert proved(office.archive).first_bad is None


def test_a_folder_that_holds_anything_is_not_exported_into(exported):
    with pytest.raises(ArchiveRefused) as refused:
        exported.export()
    assert refused.value.objection is Objection.NOT_EMPTY
    with pytest.raises(ArchiveRefused) as refused:
        exported.go_on()
    assert refused.value.objection is Objection.FINISHED


def test_two_exports_do_not_write_into_one_folder_at_the_same_time(office):
    with pytest.raises(KeyboardInterrupt):
        office.export(watch=interrupt_at(8))
    with alone_in(office.archive), pytest.raises(ArchiveRefused) as refused:
        office.go_on()
    assert refused.value.objection is Objection.BEING_WRITTEN
    office.go_on()
    assert proved(office.archive).first_bad is None


def test_a_manifest_that_lacks_what_an_import_needs_is_refused(exported):
    manifest = json.loads((exported.archive / MANIFEST).read_text())
    del manifest["contexts"][CONTEXT]["is_whole"]
    (exported.archive / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(ArchiveRefused) as refused:
        read_manifest(exported.archive)
    assert refused.value.objection is Objection.DAMAGED


def test_a_file_that_was_altered_during_an_interruption_ends_the_export(office):
    with pytest.raises(KeyboardInterrupt):
        office.export(watch=interrupt_at(15))
    next(office.archive.rglob("*0007.ndjson.zst")).write_bytes(b"something else")
    with pytest.raises(ArchiveRefused) as refused:
        office.go_on()
    assert refused.value.objection is Objection.DAMAGED


def test_an_export_does_not_go_on_with_another_log(office):
    with pytest.raises(KeyboardInterrupt):
        office.export(watch=interrupt_at(15))
    with office.database.connect() as connection:
        connection.execute("truncate event, page, checkpoint, reservation, answer, counter")
    office.post(12)
    with pytest.raises(ArchiveRefused) as refused:
        office.go_on()
    assert (refused.value.objection, refused.value.where) == (Objection.OTHER_LOG, f"{CONTEXT}/15")


def test_events_that_nobody_settles_are_not_left_out_silently(office):
    office.hand_in()
    with pytest.raises(NotSettled):
        office.export()
    assert list(office.archive.iterdir()) == []


def test_a_part_of_a_log_is_proved_and_not_imported(office):
    manifest = office.export(first=7, last=18)
    files = [file.path for file in part_of(office.archive).files]
    assert [line for file in files for line in lines_of(office.archive, file)] == office.bodies()[6:18]
    assert proved(office.archive).first_bad is None
    with pytest.raises(ArchiveRefused) as refused:
        refuse_partial(manifest, [CONTEXT])
    assert refused.value.objection is Objection.PARTIAL


def test_positions_that_the_log_does_not_have_are_not_exported(office):
    with pytest.raises(NothingThere, match="positions 1 to 24"):
        office.export(first=25)
    assert office.export(first=24).contexts[CONTEXT].last == 24


@pytest.mark.parametrize("data", [b"{}", b'{"originator_id":"00000000-0000-0000-0000-000000000001"}', b"{\n}"])
def test_an_event_that_could_not_be_restored_is_not_exported(office, data):
    with office.database.connect() as connection:
        connection.execute(
            "insert into event (originator_id, originator_version, type, data, meta)"
            " values (gen_random_uuid(), 1, 'parcels.ParcelPosted.v1', %b, '')",
            (data,),
        )
    office.settle()
    with pytest.raises(NotArchivable, match="position 25"):
        office.export()


def test_a_blob_that_is_missing_is_not_passed_over(office):
    digest = office.photograph(b"a parcel with a bow")
    office.blobs.path(digest).unlink()
    with pytest.raises(BlobMissing, match=digest):
        office.export()


def test_a_blob_that_was_altered_is_not_exported(office):
    digest = office.photograph(b"a parcel with a bow")
    office.blobs.path(digest).write_bytes(b"a parcel without")
    with pytest.raises(BlobMissing, match=digest):
        office.export()


def test_what_is_exported_beside_the_events_belongs_to_them_also_while_others_write(office):
    """Every number that is reserved was given to a parcel in the archive, however fast new ones come."""
    with office.at_work():
        office.export()
    part, archive = part_of(office.archive), office.archive
    parcels = {str(row_of(line).originator_id) for file in part.files for line in lines_of(archive, file.path)}
    holders = {json.loads(line)["holder"] for line in lines_of(archive, table_file(CONTEXT, "reservation"))}
    assert part.last > 24
    assert holders == parcels
