"""What `caretrail replay` carries out: rows folded from a log as it was, and what they are compared with."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from operate.failures import Mistake
from operate.places import place_in
from shared.read_models.compare import skipped_by
from shared.read_models.replay.archived import ArchivedLog
from shared.read_models.replay.causes import Telling, caused
from shared.read_models.replay.differences import Differences
from shared.read_models.replay.folding import OwnCode
from shared.read_models.replay.other_code import Keys, Task, other_code
from shared.read_models.replay.replaying import (
    frozen,
    live_position,
    live_rows,
    reading,
    replay,
    replay_beside_live,
    replayed_rows,
)
from shared.read_models.replay.scratch import Origin, Scratch, scratch_of
from shared.vault import schema as vault_schema

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shared.context import Context
    from shared.installation import Installation
    from shared.read_models.filling import Progress
    from shared.read_models.model import ReadModel
    from shared.read_models.replay.causes import Caused
    from shared.read_models.replay.folding import Folder
    from shared.read_models.replay.other_code import Environment
    from shared.read_models.replay.scratch import Replay
    from shared.read_models.source import Source

LIVE = "live"


@dataclass(frozen=True)
class Compared:
    """A replay against something else: what differs, and who can tell which event caused it."""

    replay: Replay
    against: str
    position: int
    """Where the other side is at."""
    differences: Differences
    before: Telling
    after: Telling

    def rows(self, most: int | None = None) -> Iterator[Caused]:
        """The rows that differ, or the first so many, each with the position that caused it."""
        return caused(self.differences, self.before, self.after, most)


@dataclass(frozen=True)
class Workshop:
    """Where replays of one model are made: `source` is its log or an archive of it, `folder` the code that folds it.

    `own` folds the live log by this release's code, to tell how live rows came about; it may be the same.
    """

    composed: Context[Any]
    model: ReadModel[Any]
    source: Source
    origin: Origin
    folder: Folder
    own: OwnCode

    @cached_property
    def scratch(self) -> Scratch:
        """Where they lie."""
        return Scratch(self.composed.database)

    def position(self, until: str | None) -> int:
        """The position that an operator means by a number or a time, or where the log ends; raises `Mistake`."""
        head = self.source.head().position
        if until is None:
            return head
        place = place_in(until)
        if not isinstance(place, int):
            return self.source.until_time(place)
        if place > head:
            raise Mistake("mistakes.until-beyond", given=until, head=head)
        return place

    def make(self, until: str | None, progress: Progress) -> Replay:
        """A replay by itself."""
        return replay(self.scratch, self.folder, self.origin, self.position(until), progress)

    @contextmanager
    def make_and_compare(self, until: str | None, against: str, progress: Progress) -> Iterator[Compared]:
        """A replay and how it differs from the live rows, or from another replay, by its number; raises `Mistake`."""
        if against == LIVE and self.origin.incarnation != self.composed.logs[self.model.context].incarnation():
            raise Mistake("mistakes.other-life", archive=self.origin.archive)
        if against == LIVE and until is None and not self.origin.archive:
            with self._beside_live(progress) as compared:
                yield compared
            return
        other = None if against == LIVE else self.scratch.find(_number(against))
        if other is not None and other.model != self.folder.definition.model:
            raise Mistake("mistakes.other-model", number=other.number, model=other.model)
        made = self.make(until, progress)
        with self._with_live(made) if other is None else self._with_other(made, other) as compared:
            yield compared

    @contextmanager
    def _beside_live(self, progress: Progress) -> Iterator[Compared]:
        database = self.composed.database
        with replay_beside_live(database, self.scratch, self.folder, self.origin, progress) as beside:
            live, made = live_rows(database, self.own.definition), replayed_rows(self.scratch, beside.replay)
            differences = Differences.between(beside.connection, live, made)
        with differences:
            yield self._compared(beside.replay, LIVE, beside.live_position, differences)

    @contextmanager
    def _with_live(self, made: Replay) -> Iterator[Compared]:
        database = self.composed.database
        with reading(database) as connection, frozen(connection):
            position = live_position(connection, made.model)
            live = live_rows(database, self.own.definition)
            differences = Differences.between(connection, live, replayed_rows(self.scratch, made))
        with differences:
            yield self._compared(made, LIVE, position, differences)

    @contextmanager
    def _with_other(self, made: Replay, other: Replay) -> Iterator[Compared]:
        with reading(self.composed.database) as connection, frozen(connection):
            tables = (replayed_rows(self.scratch, one) for one in (other, made))
            differences = Differences.between(connection, *tables)
        with differences:
            yield self._compared(made, str(other.number), other.position, differences)

    def _compared(self, made: Replay, against: str, position: int, differences: Differences) -> Compared:
        before, after = Telling(self.own, position), Telling(self.folder, made.position)
        return Compared(made, against, position, differences, before, after)


@contextmanager
def workshop(
    composed: Context[Any], model: ReadModel[Any], archive: Path | None = None, environment: Environment | None = None
) -> Iterator[Workshop]:
    """Replays of the live log, or of an archive of it, by this release's code, or by that of an environment."""
    log, skipped = composed.logs[model.context], skipped_by(model, composed.database)
    source: Source = log if archive is None else ArchivedLog(archive, model.context)
    own = OwnCode(model, log, skipped)
    origin = Origin(source.context, source.incarnation(), str(archive.resolve()) if archive else "")
    if environment is None:
        yield Workshop(
            composed, model, source, origin, own if archive is None else OwnCode(model, source, skipped), own
        )
        return
    task = Task(composed.name, model.table.name, scratch_of(composed.database), skipped, _keys(composed.installation))
    with other_code(environment, source, task) as folder:
        yield Workshop(composed, model, source, origin._replace(code=environment.code), folder, own)


def _keys(place: Installation) -> Keys:
    settings = place.settings
    vault = vault_schema.install(place.dsn("vault"))
    return Keys(vault, settings.master_keys, settings.master_keys_file, settings.forgotten_ledger, settings.cached_keys)


def _number(given: str) -> int:
    if not (given.isascii() and given.isdigit()):
        raise Mistake("mistakes.no-replay-number", given=given)
    return int(given)
