"""A log of matching of any length, written by COPY: families whose story takes ten events, many at the same time."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import msgspec

from services.matching import events
from shared.relay.sequencer import Sequencer
from shared.sealing import SubjectId
from shared.store import schema
from shared.vault.boxes import PersonKey, new_key
from tests.controls import events as examples
from tests.controls.enrolments import enrolment_recorded
from tests.controls.family import (
    BORN_CHILD,
    CASE,
    CASE_NO,
    CHILD,
    CONTACT,
    ENROLMENT,
    MOTHER,
    sealed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.synchronize import Event as Signal

    from shared.events import Event
    from shared.postgres import Connection, Database
    from shared.vault.master_keys import MasterKeys

STEPS = 10
"""Events of one story: nine of the case, one of the enrolment that it leads to."""

_AT_A_TIME = 500
"""Stories that are under way at the same time: between two episodes of one come the episodes of the others."""

_STORIES_A_COPY = 10_000
_TAIL = 50
_PAGE = 500
_SECOND = {"rank": 2, "institution": "3501180055", "doctor": "DR-005678"}
_META = b',"subject":"%(case_no)b","time":"2025-02-18T08:21:00Z","correlationid":"%(case)b","actorrole":"parent"'

_INTO_EVENTS = """
copy event (originator_id, originator_version, type, data, meta) from stdin (format binary)
"""
_INTO_SUBJECTS = "copy subject (id, wrapped_key, master_key_id) from stdin (format binary)"


def build(dsn: str, length: int, vault: Database | None = None, keys: MasterKeys | None = None) -> Database:
    """Matching's schema in an empty database with so many events, all of them settled.

    With a vault's database and master keys each child has a key of its own there, which opens its box.
    """
    database = schema.install(dsn, "matching")
    with database.connect(statement_timeout="0") as connection:
        for first in range(0, length // STEPS, _STORIES_A_COPY):
            children = {SubjectId(uuid4()): new_key() for _ in range(min(_STORIES_A_COPY, length // STEPS - first))}
            if vault is not None and keys is not None:
                _keep_keys(vault, keys, children)
            _write(connection, first, children)
        connection.execute("analyze event")
        for _ in settle(connection):
            pass
    return database


def settle(connection: Connection) -> Iterator[tuple[str, bytes]]:
    """Give every event its position, as the relay would; answers what the relay would publish, page by page."""
    sequencer = Sequencer(connection, "matching", generation=0, page_size=_PAGE)
    while (page := sequencer.next_page()) is not None:
        yield from page.messages


def go_on(database: Database, begun: Signal, stop: Signal) -> None:
    """Append stories and settle them until told to stop, about a thousand events a second."""
    with database.connect() as connection:
        for first in count(900_000, _TAIL):
            _write(connection, first, {SubjectId(uuid4()): new_key() for _ in range(_TAIL)})
            for _ in settle(connection):
                pass
            begun.set()
            if stop.wait(0.5):
                return


def _keep_keys(vault: Database, keys: MasterKeys, children: dict[SubjectId, bytes]) -> None:
    with vault.connect() as connection, connection.cursor().copy(_INTO_SUBJECTS) as copy:
        copy.set_types(["uuid", "bytea", "text"])
        for subject, key in children.items():
            copy.write_row((subject, *keys.wrap(key)))


def _write(connection: Connection, first: int, children: dict[SubjectId, bytes]) -> None:
    with connection.cursor().copy(_INTO_EVENTS) as copy:
        copy.set_types(["uuid", "int8", "text", "bytea", "bytea"])
        for row in _rows(first, children):
            copy.write_row(row)


def _rows(first: int, children: dict[SubjectId, bytes]) -> Iterator[tuple[UUID, int, str, bytes, bytes]]:
    episodes = [[_template(event) for event in episode] for episode in _story()]
    families = [_family(number, subject, key) for number, (subject, key) in enumerate(children.items(), first)]
    for begin in range(0, len(families), _AT_A_TIME):
        for episode in episodes:
            for ids, family in families[begin : begin + _AT_A_TIME]:
                for template, owner, version, type_name in episode:
                    yield ids[owner], version, type_name, template % family, _META % family


def _family(number: int, child: SubjectId, key: bytes) -> tuple[tuple[UUID, UUID], dict[bytes, bytes]]:
    case, enrolment = uuid4(), uuid4()
    filled = {
        b"case": str(case),
        b"enrolment": str(enrolment),
        b"case_no": f"{number:06}P0{number:06}"[:13],
        b"child": str(child),
        b"mother": str(uuid4()),
        b"contact": str(uuid4()),
        b"box": PersonKey(child, key).seal(BORN_CHILD).box,
    }
    return (case, enrolment), {name: value.encode() for name, value in filled.items()}


def _template(event: Event) -> tuple[bytes, int, int, str]:
    """The event's JSON with places to fill in, whose it is (0 the case, 1 the enrolment), its version and its type."""
    data = msgspec.json.encode(event).replace(b"%", b"%%")
    places = {
        b"case": CASE,
        b"enrolment": ENROLMENT,
        b"case_no": CASE_NO,
        b"child": CHILD,
        b"mother": MOTHER,
        b"contact": CONTACT,
        b"box": sealed(CHILD, BORN_CHILD).box,
    }
    for name, value in places.items():
        data = data.replace(str(value).encode(), b"%(" + name + b")b")
    return data, int(event.originator_id == ENROLMENT), event.originator_version, event.TOPIC  # type: ignore[attr-defined]


def _story() -> list[list[Event]]:
    """Asked, reminded, declined, asked of the second, accepted, signed and enrolled; each list happens at one time."""
    explanation = sealed(MOTHER, events.FreeText("收案員額已滿"))
    return [
        [examples.case_submitted(), examples.preference_offered()],
        [examples.offer_reminded()],
        [
            examples.institution_declined(originator_version=4, explanation=explanation),
            examples.preference_offered(originator_version=5, **_SECOND),
        ],
        [
            examples.institution_accepted(originator_version=6, **_SECOND),
            examples.notice_requested(originator_version=7, **_SECOND),
        ],
        [
            examples.notice_signed(originator_version=8),
            enrolment_recorded(),
            examples.case_enrolled(originator_version=9),
        ],
    ]
