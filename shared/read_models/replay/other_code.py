"""A model folded by the code of another revision, in a process of its own: `child.py` is at the other end."""

from __future__ import annotations

import subprocess
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from shared.read_models.filling import unreported
from shared.read_models.replay.folding import MEMORY, Step
from shared.read_models.replay.scratch import Definition

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from shared.postgres import Connection, Database
    from shared.read_models.filling import Progress
    from shared.read_models.model import Key
    from shared.read_models.source import Source

_CHILD = Path(__file__).with_name("child.py")
_LENGTH = 8
_PAGE = 5_000


class CodeFailed(RuntimeError):
    """The other revision's code could not fold the log; nothing was changed."""

    def __init__(self, detail: str) -> None:
        super().__init__(f"the code of that revision does not fold this log: {detail}")


class TypesUnknown(LookupError):
    """The log holds types of events that the other revision does not know; `counts` says how many of each."""

    def __init__(self, counts: Counter[str]) -> None:
        super().__init__(", ".join(f"{name} ({count})" for name, count in sorted(counts.items())))
        self.counts = counts


class Environment(NamedTuple):
    """Where another revision's code lies, and the Python that has what it needs."""

    tree: Path
    python: Path
    code: str
    """What it is called."""


class Keys(NamedTuple):
    """How the other code opens what is about people: the vault's database and its master keys."""

    database: Database
    text: str
    file: Path
    ledger: Path
    cached: int


class Task(NamedTuple):
    """What the other code is to fold: a model of a context, into the scratch schema."""

    context: str
    model: str
    scratch: Database
    skipped: frozenset[int]
    keys: Keys


class OtherCode:
    """Folds by another revision's code; made by `other_code`. Raises `CodeFailed` whenever that ends."""

    def __init__(self, process: subprocess.Popen[bytes], source: Source, task: Task) -> None:
        self.parked = 0
        self.passed_by: Counter[str] = Counter()
        self._process = process
        self._source = source
        self._pages: Iterator[Any] = iter(())
        self._asked: tuple[Any, ...] = ()
        self._send(
            {
                "context": task.context,
                "model": task.model,
                "database": (task.scratch.dsn, task.scratch.schema, task.scratch.role),
                "skipped": list(task.skipped),
                "vault": {
                    "database": (task.keys.database.dsn, task.keys.database.schema, task.keys.database.role),
                    "keys": task.keys.text,
                    "keys_file": str(task.keys.file),
                    "ledger": str(task.keys.ledger),
                    "cached_keys": task.keys.cached,
                },
            }
        )
        told = self._hear()
        self._known = frozenset(told["known"])
        self.definition = Definition(task.model, told["fingerprint"], tuple(told["hidden"]))

    def pass_by_unknown(self) -> None:
        """Have it take types of events that it does not know for such as the model does not look at."""
        self.passed_by = self.unknown()
        self._do({"do": "pass_by", "types": list(self.passed_by)})

    def unknown(self) -> Counter[str]:
        """The types of events in the log that it does not know, and how many there are of each."""
        types = Counter(row[0] for page in self._source.facts(size=_PAGE) for row in page.rows)
        return Counter({name: count for name, count in types.items() if name not in self._known})

    def fill(self, connection: Connection, table: str, until: int, progress: Progress = unreported) -> None:  # noqa: ARG002 - it has a connection of its own
        """Make a table of the rows as of a position. Raises `TypesUnknown`."""
        self._do({"do": "fill", "table": table, "until": until, "memory": MEMORY}, progress)

    def follow(self, connection: Connection, table: str, after: int, until: int) -> None:  # noqa: ARG002 - as above
        """Bring that table from one position to a later one."""
        if until > after:
            self._do({"do": "follow", "table": table, "after": after, "until": until})

    def steps(self, keys: Collection[Key], columns: Sequence[str], until: int) -> Iterator[Step]:
        """How these columns of these rows came to be, event by event, up to a position."""
        given = list(keys)
        self._send({"do": "steps", "keys": given, "columns": columns, "until": until})
        for said in self._answers(unreported):
            for position, key, digest in said.get("steps", ()):
                yield Step(position, given[key], digest)

    def _do(self, request: dict[str, Any], progress: Progress = unreported) -> None:
        try:
            self._send(request)
            for _ in self._answers(progress):
                pass
        except BaseException:
            self._process.kill()  # it may be writing into a table that is to be dropped
            raise

    def _answers(self, progress: Progress) -> Iterator[dict[str, Any]]:
        """What is said until it is done; pages that it asks for are sent meanwhile."""
        while "done" not in (said := self._hear()):
            if "ask" in said:
                self._send(self._page(**said))
            elif "progress" in said:
                progress(*said["progress"])
            elif "unknown" in said:
                raise TypesUnknown(self.unknown())
            else:
                yield said
        self.parked = said["done"]

    def _page(self, ask: str, after: int, until: int | None, size: int) -> tuple[int, list[Any]] | None:
        """The page behind a position; whoever goes on reading has it from where it was."""
        if (ask, after, until, size) != self._asked:
            read = self._source.facts if ask == "facts" else self._source.read
            self._pages = iter(read(after, until, size))
        page = next(self._pages, None)
        if page is None:
            self._asked = ()
            return None
        self._asked = (ask, page.first + len(page.rows) - 1, until, size)
        return page.first, page.rows

    def _send(self, message: object) -> None:
        packed = msgspec.msgpack.encode(message)
        assert self._process.stdin is not None  # noqa: S101 - it is a pipe
        try:
            self._process.stdin.write(len(packed).to_bytes(_LENGTH) + packed)
            self._process.stdin.flush()
        except BrokenPipeError:
            raise CodeFailed("it ended") from None

    def _hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None  # noqa: S101 - as above
        head = self._process.stdout.read(_LENGTH)
        if not head:
            raise CodeFailed("it ended")
        said: dict[str, Any] = msgspec.msgpack.decode(self._process.stdout.read(int.from_bytes(head)))
        if "failed" in said:
            raise CodeFailed(said["failed"])
        return said


@contextmanager
def other_code(environment: Environment, source: Source, task: Task) -> Iterator[OtherCode]:
    """The model of another revision, ready to fold; its process ends with the block."""
    with subprocess.Popen(  # noqa: S603 - our own program, under the Python of the environment
        # Not beside this program's own modules, which may be named as others are.
        [environment.python, "-P", _CHILD],
        cwd=environment.tree,
        env={"PYTHONPATH": str(environment.tree), "PSYCOPG_IMPL": "binary"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield OtherCode(process, source, task)
        finally:
            process.kill()
