"""Questions to a context as it is put together: about one of its rows, one request, its events."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from shared.inspection import events as told
from shared.inspection.index import Index, Lookup
from shared.inspection.looks import Look, looks_at, note_look
from shared.inspection.proof import Proof, prove
from shared.inspection.trace import Traced, traced
from shared.inspection.why import Asked, Inspector, Why
from shared.installation import stay
from shared.near_names import near_names
from shared.read_models.filling import unreported
from shared.store import schema
from shared.vault.signing import public_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from datetime import datetime

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from shared.context import Context
    from shared.postgres import Database
    from shared.principal import Principal
    from shared.read_models.filling import Progress
    from shared.read_models.model import ReadModel


class ModelUnknown(LookupError):
    """The context has no read model or process of this name; `near` are those that look like it, or all."""

    def __init__(self, given: str, names: Collection[str]) -> None:
        super().__init__(f"there is no read model {given!r}")
        self.given = given
        self.near = near_names(given, sorted(names))


class Looking(Exception):
    """The log is being looked through for the first time: `done` events of `total`; ask again."""

    def __init__(self, done: int, total: int) -> None:
        super().__init__(f"looked through {done} of {total} events")
        self.done = done
        self.total = total


class Patience(NamedTuple):
    """How long somebody waits for the log to be looked through, who watches, and how others get their turn."""

    seconds: float = float("inf")
    progress: Progress = unreported
    give_way: Callable[[], object] = stay


UNTIL_DONE = Patience()


class Inspection:
    """What auditors may ask of one context."""

    def __init__(self, context: Context[Any], patience: Patience = UNTIL_DONE) -> None:
        self._context = context
        self._patience = patience

    @property
    def models(self) -> dict[str, ReadModel[Any]]:
        """The read models and processes, each of which has rows, by name."""
        return self._context.followers

    def why(self, name: str, asked: Asked, who: Principal, now: datetime) -> Why:
        """Why a row is so, once it is noted who has looked at it.

        Raises `ModelUnknown`, `Looking`, and what `Inspector.why` raises.
        """
        model = self._model(name)
        with self._context.database.connect(name="caretrail why") as connection:
            inspector = Inspector(self._context.name, model, self._context.logs[model.context], connection)
            self._catch_up(inspector.index)
            found = inspector.why(asked)
            note_look(connection, who, found.model, found.key, now)
            return found

    def position_at(self, name: str, moment: datetime) -> int:
        """The position up to which everything had happened at a moment (aware) in the log that a model folds.

        Raises `ModelUnknown`.
        """
        return self._context.logs[self._model(name).context].until_time(moment)

    def proof(self, found: Why) -> Proof:
        """Whether the events told of a row can be believed."""
        positions = [episode.fact.position for episode in found.episodes]
        with self._database_of(found.source).connect(name="caretrail proof") as connection:
            return prove(connection, found.source, self._keys(), positions)

    def looks(self, found: Why) -> tuple[Look, ...]:
        """Who has looked at this row, the last first; among them whoever asks."""
        with self._context.database.connect(name="caretrail inspection") as connection:
            return tuple(looks_at(connection, found.model, found.key))

    def trace(self, correlation: str) -> Traced:
        """What belongs to one request here. Raises `Looking`."""
        with self._asking(told.CORRELATION) as index:
            return traced(index, self._context.log, self._context.refusals, correlation)

    def events(self, before: int | None, types: Collection[str] = (), subject: str = "") -> told.Facts:
        """The newest events before a position, of some types or about a subject. Raises `Looking`."""
        if not subject:
            return told.latest(self._context.log, before, types)
        with self._asking(told.SUBJECT) as index:
            return told.about(index, self._context.log, subject, before, types)

    def wire(self, position: int) -> bytes | None:
        """The very bytes in which an event was published; None where there is none. Raises `LogAltered`."""
        return told.wire_of(self._context.database, self._context.name, position)

    def _model(self, name: str) -> ReadModel[Any]:
        models = self.models
        if name not in models:
            raise ModelUnknown(name, models)
        return models[name]

    @contextmanager
    def _asking(self, lookup: Lookup) -> Iterator[Index]:
        with self._context.database.connect(name="caretrail inspection") as connection:
            index = Index(lookup, self._context.log, connection)
            self._catch_up(index)
            yield index

    def _catch_up(self, index: Index) -> None:
        reached, head = index.catch_up(self._patience.progress, self._patience.give_way, self._patience.seconds)
        if reached < head:
            raise Looking(reached, head)

    def _database_of(self, source: str) -> Database:
        if source == self._context.name:
            return self._context.database
        return schema.readable(self._context.installation.dsn(source), source)

    def _keys(self) -> dict[str, Ed25519PublicKey]:
        """The public keys that this process has at hand; none where only the relay has them."""
        path = self._context.installation.settings.checkpoint_key_file
        return public_keys(path) if path.exists() else {}
