"""What a writer of the `append` figures does again and again: the reference, the store, the library's own store."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import eventsourcing.application
import eventsourcing.domain
import msgspec
from psycopg.conninfo import conninfo_to_dict

from shared.events import Aggregate, Created, event, published
from shared.sealing import Sealed, SubjectId
from shared.store.application import StoredApplication
from shared.vault.blind_index import Identifier
from shared.vault.vault import Vault
from tests.controls.parcels import PostOffice, cause, posted

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.postgres import Database
    from shared.vault.master_keys import MasterKeys

    Step = Callable[[], object]

PEOPLE = 200

RAW_TABLE = """
create table raw_event (
    id int8 generated always as identity unique,
    originator_id uuid, originator_version int8, type text, data bytea, meta bytea,
    primary key (originator_id, originator_version)
)
"""
_RAW_INSERT = """
insert into raw_event (originator_id, originator_version, type, data, meta) values (%b, %b, %s, %b, %b)
"""


def raw(database: Database) -> Step:
    """The reference: a bare prepared INSERT of the bytes that the store would have written."""
    with PostOffice(database) as office:
        parcel = posted("P1")
        office.append(parcel, cause=cause())
        query = "select type, data, meta from event where originator_id = %s"
        [(type_name, data, meta)] = office.recorder.connections.fetch(query, (parcel.id,))
    cursor = database.connect().cursor()
    return lambda: cursor.execute(_RAW_INSERT, (uuid4(), 1, type_name, data, meta))


def stored(database: Database) -> Step:
    """One new aggregate, one event, through our store."""
    office = PostOffice(database)
    why = cause()
    return lambda: office.append(posted("P1"), cause=why)


class LibraryParcel(eventsourcing.domain.Aggregate):
    """The same parcel, as the library would have it."""

    def __init__(self, number: str) -> None:
        self.number = number


def library(database: Database) -> Step:
    """The same through the library's own PostgreSQL store, as it comes."""
    application = _library_application(database, create_table="n")
    return lambda: application.save(LibraryParcel(number="P1"))


def create_library_table(database: Database) -> None:
    """What the library would do at each start, but not from several processes at once."""
    _library_application(database, create_table="y").close()


def _library_application(database: Database, create_table: str) -> eventsourcing.application.Application[UUID]:
    address = conninfo_to_dict(database.dsn)
    return eventsourcing.application.Application[UUID](
        {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": str(address["dbname"]),
            "POSTGRES_HOST": str(address["host"]),
            "POSTGRES_PORT": str(address["port"]),
            "POSTGRES_USER": str(address["user"]),
            "POSTGRES_PASSWORD": "",
            "CREATE_TABLE": create_table,
        }
    )


class Text(msgspec.Struct, frozen=True):
    """Something about a person."""

    text: str


@published("bench.FamilyPlain.v1")
class FamilyPlain(Created):
    """Somebody's name, phone and address, for anyone to read."""

    originator_id: UUID
    subject: SubjectId
    name: Text
    phone: Text
    address: Text


@published("bench.FamilySealed.v1")
class FamilySealed(Created):
    """Somebody's name, phone and address, sealed."""

    originator_id: UUID
    subject: SubjectId
    name: Sealed[Text]
    phone: Sealed[Text]
    address: Sealed[Text]


class PlainFamily(Aggregate):
    """A family that anyone may read of."""

    TOPIC = "bench.PlainFamily"
    FamilyPlain = FamilyPlain
    stream_subject = "F1"

    @event(FamilyPlain)
    def __init__(self, subject: SubjectId, name: Text, phone: Text, address: Text) -> None:
        pass


class SealedFamily(Aggregate):
    """A family whose data are sealed."""

    TOPIC = "bench.SealedFamily"
    FamilySealed = FamilySealed
    stream_subject = "F1"

    @event(FamilySealed)
    def __init__(self, subject: SubjectId, name: Sealed[Text], phone: Sealed[Text], address: Sealed[Text]) -> None:
        pass


_NAME, _PHONE, _ADDRESS = Text("王小明"), Text("0912345678"), Text("臺北市中正區重慶南路一段122號3樓之2")


def plain(database: Database) -> Step:
    """An event with three fields about a person, as they are."""
    families = StoredApplication(database)
    why = cause()
    subject = SubjectId(uuid4())
    return lambda: families.append(PlainFamily(subject, _NAME, _PHONE, _ADDRESS), cause=why)


def sealed(database: Database, vault_database: Database, keys: MasterKeys) -> Step:
    """The same event with the fields sealed, each time for another person."""
    directory = TemporaryDirectory()
    vault = Vault(vault_database, keys, Path(directory.name) / "forgotten")
    subjects = [vault.subject_for([Identifier("number", str(number))]) for number in range(PEOPLE)]
    families = StoredApplication(database)
    why = cause()
    count = 0

    def step() -> None:
        nonlocal count
        count += 1
        subject = subjects[count % PEOPLE]
        fields = (vault.seal(subject, value) for value in (_NAME, _PHONE, _ADDRESS))
        families.append(SealedFamily(subject, *fields), cause=why)

    return step
