"""The vault: gives each person a pseudonym and a data key, seals and opens with it, and can forget the person."""

from __future__ import annotations

import secrets
import threading
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

from shared.milestones import unwatched
from shared.postgres import Connections
from shared.sealing import PersonForgotten, SubjectId, UnknownSubject
from shared.vault import forgetting, people, rotation
from shared.vault.blind_index import BlindIndex, Identifier
from shared.vault.boxes import PersonKey, new_key
from shared.vault.errors import IdentifiersDisagree, StoredKeyDamaged
from shared.vault.forgetting import Hold
from shared.vault.key_cache import CACHED_KEYS, KeyCache
from shared.vault.ledger import Ledger
from shared.vault.master_keys import KEY_BYTES, MasterKeys, WrappedKey

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from datetime import datetime
    from pathlib import Path
    from uuid import UUID

    from shared.milestones import Milestone
    from shared.postgres import Connection, Database
    from shared.sealing import Sealed
    from shared.vault.ledger import Forgotten

T = TypeVar("T")

NOTICE_SECONDS = 5.0
"""A person forgotten by another process is forgotten here within so many seconds."""

_BEGIN_WITHOUT_KEYS = "update state set begun_without_keys = true where not exists (select from subject)"
_KEYS = "select id, wrapped_key, master_key_id from subject where id = any(%s)"


class Vault:
    """Implements `Sealer` and `Opener`. Threads and green threads may share one.

    A vault that could be made is ready: its master keys are the right ones, and whoever stands in the ledger of
    forgotten people is forgotten. Otherwise making it raises `KeysUnusable` or `LedgerDamaged`, in words that an
    operator can act on.
    """

    def __init__(  # noqa: PLR0913 - the last three are for tests and bulk work, with defaults
        self,
        database: Database,
        master_keys: MasterKeys,
        ledger_path: Path,
        *,
        cached_keys: int = CACHED_KEYS,
        clock: Callable[[], float] = time.monotonic,
        reached: Milestone = unwatched,
    ) -> None:
        self._master_keys = master_keys
        self._ledger = Ledger(ledger_path)
        self._capacity = cached_keys
        self._clock = clock
        self._reached = reached
        self._connections = Connections(database, name="caretrail vault")
        self._cache = KeyCache(cached_keys)
        self._forgets = -1
        self._without_keys = False
        self._noticed_at = float("-inf")
        self._noticing = threading.Lock()
        try:
            self._index = BlindIndex(self._connections.transact(partial(_unlock, keys=master_keys)))
            forgetting.reapply(self._connections, self._ledger)
        except BaseException:
            self.close()
            raise

    # Sealing -----------------------------------------------------------------------------------------------------

    def seal(self, subject: SubjectId, value: T) -> Sealed[T]:
        """Encrypt one msgspec value for a person; raises `PersonForgotten` and `UnknownSubject`."""
        key = self._key_of(subject)
        if key is None:
            raise PersonForgotten(subject)
        return key.seal(value)

    def open(self, sealed: Sealed[T], kind: type[T]) -> T | None:
        """The value, or None when its subject has been forgotten; raises `SealBroken` and `UnknownSubject`."""
        key = self._key_of(sealed.subject)
        return None if key is None else key.open(sealed, kind)

    def prepare(self, subjects: Iterable[SubjectId]) -> None:
        """Fetch the keys of many people in one round trip; they stay at hand until the next such batch.

        Whose key is damaged is left out: `open` says so, and the others have theirs.
        """
        self._notice_forgotten()
        wanted = set(subjects)
        cache = self._cache
        cache.make_room(len(wanted))
        if missing := cache.missing(wanted):
            found: dict[SubjectId, PersonKey | None] = {}
            for subject, stored in self._fetch(missing).items():
                with suppress(StoredKeyDamaged):
                    found[subject] = self._unwrap(subject, stored)
            cache.add(found)

    def _key_of(self, subject: SubjectId) -> PersonKey | None:
        if self._clock() - self._noticed_at > NOTICE_SECONDS:
            self._notice_forgotten()
        cache = self._cache
        try:
            return cache[subject]
        except KeyError:
            found = self._fetch((subject,))
        if subject not in found:
            if self._without_keys:
                return None
            raise UnknownSubject(subject)
        key = self._unwrap(subject, found[subject])
        cache.add({subject: key})
        return key

    def _fetch(self, subjects: Collection[SubjectId]) -> dict[SubjectId, WrappedKey | None]:
        """The stored keys of those whom the vault knows; None of the forgotten."""
        return {
            subject: None if wrapped is None else WrappedKey(wrapped, master_key_id)
            for subject, wrapped, master_key_id in self._connections.fetch(_KEYS, (list(subjects),))
        }

    def _unwrap(self, subject: SubjectId, stored: WrappedKey | None) -> PersonKey | None:
        return None if stored is None else PersonKey(subject, self._master_keys.unwrap(stored))

    def _notice_forgotten(self) -> None:
        """Drop the kept keys if anyone has been forgotten anywhere since the last look, at most a few seconds ago.

        The cache is replaced, not emptied: a key that was fetched before the look lands in the cache that is gone.
        """
        with self._noticing:
            now = self._clock()
            if now - self._noticed_at <= NOTICE_SECONDS:
                return
            [(forgets, self._without_keys)] = self._connections.fetch("select forgets, begun_without_keys from state")
            if forgets != self._forgets:
                self._forgets = forgets
                self._cache = KeyCache(self._capacity)
            self._noticed_at = now

    # People ------------------------------------------------------------------------------------------------------

    def begin_without_keys(self) -> bool:
        """Count as forgotten whoever is not known here: logs were imported, and the keys of their people were not.

        Answers whether it does, which a vault never begins to do once it knows anybody.
        """
        self._connections.transact(lambda connection: connection.execute(_BEGIN_WITHOUT_KEYS))
        self._noticed_at = float("-inf")
        self._notice_forgotten()
        return self._without_keys

    def find(self, identifier: Identifier) -> SubjectId | None:
        """The person whom this identifier points at."""
        return next(iter(self._find([self._index.digest(identifier)]).values()), None)

    def subject_for(self, identifiers: Sequence[Identifier]) -> SubjectId:
        """The person whom these identifiers point at, who is new when none does; afterwards all of them do.

        Raises `IdentifiersDisagree` when they point at different people, and changes nothing then. Callers at the same
        moment, in any process, get the same answer.
        """
        pointers = {self._index.digest(identifier): identifier for identifier in identifiers}
        if not pointers:
            raise ValueError("a person is found by at least one identifier")
        while True:
            found = self._find(list(pointers))
            subjects = set(found.values())
            if len(subjects) > 1:
                raise IdentifiersDisagree([(pointers[digest], subject) for digest, subject in found.items()])
            missing = {digest: identifier for digest, identifier in pointers.items() if digest not in found}
            known = next(iter(subjects), None)
            if known is not None and not missing:
                return known
            try:
                return self._connections.transact(partial(self._point, missing=missing, known=known))
            except people.Overtaken:
                continue

    def resolve(self, subject: SubjectId) -> SubjectId:
        """The subject that stands for this person after all merges, often itself; raises `UnknownSubject`."""
        for (root,) in self._connections.fetch(people.RESOLVE, (subject,)):
            return SubjectId(root)
        raise UnknownSubject(subject)

    def subjects_of(self, subjects: Iterable[SubjectId]) -> tuple[SubjectId, ...]:
        """Every subject that these people have, or had before a merge; unknown ones have none."""
        return tuple(SubjectId(found) for (found,) in self._connections.fetch(people.SUBJECTS, (list(subjects),)))

    def known_by(self, subject: SubjectId) -> frozenset[str]:
        """The kinds of identifiers that lead to this person; none to one who has been forgotten."""
        return frozenset(kind for (kind,) in self._connections.fetch(people.KINDS, (subject,)))

    def merge(self, kept: SubjectId, absorbed: SubjectId) -> None:
        """Two subjects are one person: what was sealed for either still opens, and identifiers lead to `kept`.

        Doing it again changes nothing. Raises `UnknownSubject` and `PersonForgotten`.
        """
        self._connections.transact(partial(people.merge, kept=kept, absorbed=absorbed))

    def _find(self, digests: list[bytes]) -> dict[bytes, SubjectId]:
        return {
            bytes(digest): SubjectId(subject) for digest, subject in self._connections.fetch(people.FIND, (digests,))
        }

    def _point(self, connection: Connection, missing: dict[bytes, Identifier], known: SubjectId | None) -> SubjectId:
        if known is None:
            subject = people.create(connection, self._master_keys.wrap(new_key()))
        else:
            subject = known
            people.keep(connection, subject)
        people.point(connection, missing, subject)
        return subject

    def keyed_digest(self, purpose: str, content: bytes) -> bytes:
        """Tells content from other content for one purpose, in 32 bytes; without the vault nobody can try guesses.

        It stays the same under a new master key.
        """
        return self._index.digest_of_content(purpose, content)

    # Forgetting --------------------------------------------------------------------------------------------------

    def forget(self, subject: SubjectId, ground: str) -> tuple[SubjectId, ...]:
        """Destroy the keys of a person, and of all merged with them, for good; the answer is all those subjects.

        `ground` is the legal ground, never a name. Raises `SubjectOnHold` and `UnknownSubject`. Interrupted, it is
        finished by doing it again, or by the next start of any vault with this ledger.
        """
        try:
            return self._connections.transact(
                partial(forgetting.forget, subject=subject, ground=ground, ledger=self._ledger, reached=self._reached)
            )
        finally:
            self._cache = KeyCache(self._capacity)

    def forgotten(self) -> list[Forgotten]:
        """Everybody who has been forgotten, as the ledger has it, oldest first; raises `LedgerDamaged`."""
        return self._ledger.entries()

    def hold(self, subject: SubjectId, ground: str, until: datetime | None, placed_by: str) -> Hold:
        """Forbid forgetting a person until a moment, or until released; raises `UnknownSubject`, `PersonForgotten`."""
        hold = Hold(uuid4(), subject, ground, until, placed_by)
        self._connections.transact(partial(forgetting.place, hold=hold))
        return hold

    def release(self, hold_id: UUID, released_by: str) -> None:
        """Lift a hold; it stays on record with who lifted it."""
        self._connections.transact(partial(forgetting.release, hold_id=hold_id, released_by=released_by))

    def holds(self, subject: SubjectId) -> tuple[Hold, ...]:
        """The holds that stand now on a person and on all merged with them, oldest first."""
        return tuple(Hold(*row) for row in self._connections.fetch(forgetting.HOLDS, (subject,)))

    # Keys --------------------------------------------------------------------------------------------------------

    def rotate(self, progress: Callable[[int, int], None]) -> tuple[str, ...]:
        """Wrap every key with the current master key; the answer names the former ones that may be destroyed now.

        `progress` hears how many of how many are done. Whatever interrupts it, doing it again goes on.
        """
        return rotation.rotate(self._connections, self._master_keys, progress)

    def close(self) -> None:
        """Close the idle connections to the database."""
        self._connections.close()


def _unlock(connection: Connection, keys: MasterKeys) -> bytes:
    """The blind index's key, made at the first start; raises `KeysUnusable` where the master keys do not fit."""
    connection.execute("lock table master_key in share row exclusive mode")  # one first start at a time
    remembered: dict[str, bytes] = dict(connection.execute("select id, check_value from master_key").fetchall())
    for key_id, check_value in remembered.items():
        keys.verify(key_id, check_value)
    if keys.current not in remembered:
        values = (keys.current, keys.check_value(keys.current))
        connection.execute("insert into master_key (id, check_value) values (%s, %s)", values)
    stored = connection.execute("select index_key, master_key_id from state").fetchone()
    if stored is None:
        index_key = secrets.token_bytes(KEY_BYTES)
        connection.execute("insert into state (index_key, master_key_id) values (%s, %s)", keys.wrap(index_key))
        return index_key
    return keys.unwrap(WrappedKey(*stored))
