"""Post offices: parcels with their numbers reserved, settled and signed as a relay would, exported and imported."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import astuple
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any, Self
from uuid import uuid4

import msgspec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared.archive.extent import Selection
from shared.archive.format import read_manifest
from shared.archive.restoring import restore
from shared.archive.verifier import Archive
from shared.archive.writing import Belongings, begin, export, resume
from shared.blobs import BlobStore
from shared.relay.checkpoints import Signer
from shared.relay.sequencer import Sequencer, SettledPages
from shared.store import schema
from shared.store.append import Answer, Append, EventRow, Holdings, Reservation
from shared.transport.inproc import InprocTransport
from tests.controls.archives import ParcelPictured
from tests.controls.logbook import CONTEXT, KEY, PUBLIC_KEYS, a_relay, eventually, running
from tests.controls.parcels import PostOffice, cause, posted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from shared.archive.format import ContextPart, Manifest
    from shared.archive.verifier import Verification
    from shared.archive.writing import Progress
    from shared.events import Event

NUMBERS = "number"
"""The scope of the numbers of parcels."""
PEM = {key_id: key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo) for key_id, key in PUBLIC_KEYS.items()}
_CHECKPOINT = "insert into checkpoint (position, hash, key_id, signature) values (%s, %s, %s, %s)"
_STATE = {
    "event": "select originator_id, originator_version, type, data, meta from event order by epoch, xid, id",
    "page": "select position_to, hash, marks, at from page order by 1",
    "reservation": "select scope, key, holder from reservation order by 1, 2",
    "answer": "select key, digest, body, at from answer order by 1",
    "counter": "select scope, value from counter order by 1",
    "checkpoint": "select position, hash, key_id, signature, at from checkpoint order by 1",
    "log": "select incarnation from log",
    "relay": "select published from relay",
}


def unwatched(context: str, done: int, total: int) -> None:
    """Look away."""


class NumberedParcels(PostOffice):
    """Gives each number to one parcel."""

    def held_by(self, aggregate: Any, facts: Sequence[Event]) -> Holdings:  # noqa: ARG002 - the parcel tells enough
        number = aggregate.number
        return Holdings([Reservation(NUMBERS, number, aggregate.id)], [(NUMBERS, int(number.removeprefix("P")))])


class Office:
    """A post office in its own database; its archive lies in `folder / "archive"`."""

    def __init__(self, dsn: str, folder: Path) -> None:
        self.database = schema.install(dsn, CONTEXT)
        self.store = NumberedParcels(self.database)
        self.blobs = BlobStore(folder / "blobs")
        self.archive = folder / "archive"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.store.close()

    def post(self, count: int) -> None:
        """Post parcels, each passed on once, and have all of it settled, published and signed."""
        for _ in range(count):
            self.hand_in()
        self.settle()

    def hand_in(self) -> str:
        """Post one parcel, unsettled; answers its number, which nobody else may have."""
        number = f"P{self.store.next_number(NUMBERS)}"
        parcel = posted(number, "Taipei")
        answer = Answer(f"hand in {number}", b"digest", b'{"number":"P"}')
        self.store.append(parcel, cause=cause(), reserve=[Reservation(NUMBERS, number, parcel.id)], answer=answer)
        return number

    def settle(self) -> None:
        """Settle, sign and remember as published what waits."""
        with self.database.connect() as connection:
            sequencer = Sequencer(connection, CONTEXT, generation=0, page_size=5)
            signer = Signer(lambda: KEY, CONTEXT, sequencer.incarnation)
            while (page := sequencer.next_page()) is not None:
                signed = astuple(signer.sign(page.end.position, page.end.hash))
                connection.execute(_CHECKPOINT, signed)
            connection.execute("update relay set published = %s", (sequencer.head.position,))

    def export(
        self,
        first: int | None = None,
        last: int | None = None,
        watch: Callable[[str, int, int], object] = unwatched,
    ) -> Manifest:
        """Export into the archive, seven events a file."""
        begun = begin(self.archive, Selection([CONTEXT], first, last), "0.0.0", datetime.now(UTC))
        return self._export(begun, watch)

    def go_on(self) -> Manifest:
        """Go on with an export that was interrupted."""
        return self._export(resume(self.archive), unwatched)

    def _export(self, begun: Progress, watch: Callable[[str, int, int], object]) -> Manifest:
        belongings = Belongings(self.blobs, PEM, lambda _: {"Envelope": b"{}"}, events_a_file=7)
        return export(self.archive, begun, {CONTEXT: self.database}, belongings, watch)

    def take_in(self, archive: Path, watch: Callable[[str, int, int], object] = unwatched) -> None:
        """Restore the office from an archive."""
        restore(archive, CONTEXT, read_manifest(archive).contexts[CONTEXT], self.database, watch)

    def photograph(self, picture: bytes) -> str:
        """Post a parcel with a picture of it; answers the picture's digest."""
        digest = self.blobs.put(BytesIO(picture))
        event = ParcelPictured(uuid4(), 1, timestamp=datetime.now(UTC), picture=digest)
        row = EventRow(event.originator_id, 1, ParcelPictured.TOPIC, msgspec.json.encode(event), b',"subject":"P"')
        self.store.recorder.append(Append([row]))
        self.settle()
        return digest

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """A relay is at work, and somebody hands in parcels without a pause."""
        stop = threading.Event()

        def hand_in() -> None:
            while not stop.is_set():
                self.hand_in()

        clerk = threading.Thread(target=hand_in)
        with running(a_relay(self.database, InprocTransport())):
            clerk.start()
            try:
                eventually(lambda: len(self.bodies()) > 50)
                yield
            finally:
                stop.set()
                clerk.join()

    def state(self) -> dict[str, list[Any]]:
        """All that an archive has to carry."""
        with self.database.connect() as connection:
            return {name: connection.execute(query).fetchall() for name, query in _STATE.items()}

    def bodies(self) -> list[bytes]:
        """Every settled event as it was published."""
        with self.database.connect() as connection:
            pages = SettledPages(connection, CONTEXT).pages_after(0)
            return [body for page in pages for _, body in page.messages]


def proved(archive: Path) -> Verification:
    """What the verifier finds, by the key of these offices."""
    return Archive(archive).verify(CONTEXT, PUBLIC_KEYS, lambda *_: None)


def part_of(archive: Path) -> ContextPart:
    """What the manifest says of the office."""
    return read_manifest(archive).contexts[CONTEXT]


def interrupt_at(done: int) -> Callable[[str, int, int], object]:
    """Somebody presses Ctrl-C once so many events are done."""

    def watch(_: str, so_far: int, __: int) -> None:
        if so_far >= done:
            raise KeyboardInterrupt

    return watch
