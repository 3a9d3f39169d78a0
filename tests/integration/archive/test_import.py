"""What is imported is what was exported, byte for byte, and the installation goes on from it; or nothing is."""

from __future__ import annotations

import shutil

import pytest
import zstandard

from shared.archive.alone import AtWork
from shared.archive.format import ArchiveRefused, Objection, read_manifest
from shared.archive.restoring import NotEmpty, keep_blobs, refuse_partial, restored
from shared.blobs import BlobStore
from shared.cloudevents import parse
from shared.relay.verify import verify_log
from shared.store.append import Answer, Reservation
from shared.store.errors import AlreadyAnswered, ReservationTaken
from tests.controls.logbook import CONTEXT, PUBLIC_KEYS
from tests.controls.parcels import cause, posted
from tests.integration.archive.offices import NUMBERS, interrupt_at, part_of

pytestmark = pytest.mark.postgres

NOTHING = {"event": [], "page": [], "reservation": [], "answer": [], "counter": [], "checkpoint": []}


def contents(office) -> dict:
    """What an office holds, but for what even an empty one has."""
    return {name: rows for name, rows in office.state().items() if name in NOTHING}


def rewritten(exported, folder, old: bytes, new: bytes):
    """A copy of the archive in which an event was altered, and its file compressed again."""
    archive = folder / "altered"
    shutil.copytree(exported.archive, archive)
    for file in archive.rglob("events/*"):
        events = zstandard.ZstdDecompressor().decompressobj().decompress(file.read_bytes())
        file.write_bytes(zstandard.compress(events.replace(old, new)))
    return archive


def test_an_import_restores_every_byte(exported, empty):
    empty.take_in(exported.archive)
    assert empty.state() == exported.state()
    assert empty.bodies() == exported.bodies() != []


def test_an_import_begins_a_new_epoch_in_which_the_log_goes_on(exported, empty):
    empty.take_in(exported.archive)
    empty.post(1)
    with empty.database.connect() as connection:
        epochs = connection.execute("select distinct epoch from event order by epoch").fetchall()
    assert epochs == [(1,), (2,)]
    assert empty.bodies()[: len(exported.bodies())] == exported.bodies()
    assert [parse(body).position for body in empty.bodies()[-2:]] == [25, 26]
    assert verify_log(empty.database, CONTEXT, PUBLIC_KEYS, lambda *_: None).first_bad is None


def test_what_was_reserved_answered_and_counted_stays_so_after_an_import(exported, empty):
    empty.take_in(exported.archive)
    assert empty.hand_in() == "P13"
    with pytest.raises(ReservationTaken):
        empty.store.append(posted("P7"), cause=cause(), reserve=[Reservation(NUMBERS, "P7", posted().id)])
    with pytest.raises(AlreadyAnswered):
        empty.store.append(posted("P99"), cause=cause(), answer=Answer("hand in P7", b"digest", b"{}"))


def test_an_archive_of_a_context_that_is_not_known_is_not_imported(exported):
    with pytest.raises(ArchiveRefused) as refused:
        refuse_partial(read_manifest(exported.archive), ["letters"])
    assert refused.value.objection is Objection.UNKNOWN_CONTEXT


def test_an_installation_in_which_anything_has_happened_takes_no_archive(exported, office):
    before = office.state()
    with pytest.raises(NotEmpty):
        restored(read_manifest(exported.archive), {CONTEXT: office.database})
    with pytest.raises(NotEmpty):
        office.take_in(exported.archive)
    assert office.state() == before


def test_what_an_interrupted_import_has_restored_is_known_again(exported, empty):
    manifest = read_manifest(exported.archive)
    assert restored(manifest, {CONTEXT: empty.database}) == []
    empty.take_in(exported.archive)
    assert restored(manifest, {CONTEXT: empty.database}) == [CONTEXT]


def test_a_log_that_has_gone_on_since_is_not_taken_for_what_was_restored(exported, empty):
    empty.take_in(exported.archive)
    empty.post(1)
    with pytest.raises(NotEmpty):
        restored(read_manifest(exported.archive), {CONTEXT: empty.database})


def test_an_import_that_is_interrupted_leaves_the_log_empty(exported, empty):
    with pytest.raises(KeyboardInterrupt):
        empty.take_in(exported.archive, watch=interrupt_at(15))
    assert contents(empty) == NOTHING
    empty.take_in(exported.archive)
    assert empty.state() == exported.state()


def test_an_event_that_was_altered_since_the_archive_was_verified_is_not_restored(exported, empty, tmp_path):
    [altered] = {parse(body).position for body in exported.bodies() if b'"number":"P5"' in body}
    archive = rewritten(exported, tmp_path, b'"number":"P5"', b'"number":"P6"')
    with pytest.raises(ArchiveRefused) as refused:
        empty.take_in(archive)
    assert (refused.value.objection, refused.value.where) == (Objection.DAMAGED, f"{CONTEXT}/{altered}")
    assert contents(empty) == NOTHING


def test_an_archive_whose_end_was_cut_off_is_not_restored(exported, empty, tmp_path):
    archive = tmp_path / "cut"
    shutil.copytree(exported.archive, archive)
    (archive / part_of(archive).files[-1].path).write_bytes(zstandard.compress(b""))
    with pytest.raises(ArchiveRefused) as refused:
        empty.take_in(archive)
    assert refused.value.where == f"{CONTEXT}/22"
    assert contents(empty) == NOTHING


def test_nothing_is_imported_beside_a_relay_at_work(exported, empty):
    with empty.database.connect() as relay:
        relay.execute("select pg_advisory_lock(hashtext('caretrail relay'), hashtext(%s))", (CONTEXT,))
        with pytest.raises(AtWork):
            empty.take_in(exported.archive)
    assert contents(empty) == NOTHING


def test_blobs_that_events_name_travel_with_them(office, tmp_path):
    digest = office.photograph(b"a parcel with a bow")
    office.export()
    elsewhere = BlobStore(tmp_path / "elsewhere")
    keep_blobs(office.archive, read_manifest(office.archive), elsewhere)
    assert elsewhere.path(digest).read_bytes() == b"a parcel with a bow"
