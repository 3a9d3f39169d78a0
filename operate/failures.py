"""Whatever stops a command becomes one sentence with the mend, and an exit status."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

import psycopg
import typer

from operate.usage import complaint
from shared.archive.alone import AtWork
from shared.archive.extent import NothingThere
from shared.archive.files import NotWritten
from shared.archive.format import ArchiveRefused
from shared.archive.held_again import HeldTwice
from shared.archive.recovering import StreamIncomplete
from shared.archive.restoring import NotEmpty
from shared.archive.snapshot import NotSettled
from shared.archive.verifier import Unverifiable
from shared.archive.writing import NotArchivable
from shared.blobs import BlobMissing
from shared.embedded import EmbeddedPostgresFailed
from shared.events import UnknownEventType
from shared.migrations import NotInstalled
from shared.postgres import DatabaseUnavailable
from shared.read_models.feed import Fork
from shared.read_models.parking import NotParked
from shared.read_models.replay.applying import NotConfirmable
from shared.read_models.replay.archived import NotReplayable
from shared.read_models.replay.other_code import CodeFailed, TypesUnknown
from shared.read_models.replay.replaying import NotBuilt
from shared.read_models.replay.scratch import NoSuchReplay
from shared.read_models.replay.tables import NotComparable
from shared.read_models.standing import ModelReplaced
from shared.relay.checkpoints import NotAPublicKey
from shared.relay.fork import BehindStream, LogForked
from shared.relay.sequencer import LogAltered, OutOfOrder, Unreadable
from shared.settings import SettingRefused
from shared.store.log import LogDamaged
from shared.transport import BrokerLost
from shared.trouble import TryAgain, reason
from shared.vault.errors import KeysUnusable, LedgerDamaged
from shared.workers import WorkerFailed

if TYPE_CHECKING:
    from operate.words import Words


class Status(IntEnum):
    """How `caretrail` ends; docs/operators/commands.md explains each."""

    DONE = 0
    NO = 1
    """The question was answered, and the answer is not what one hopes for."""
    NOT_POSSIBLE = 2
    """The question could not be asked or answered; nothing was changed."""
    UNEXPECTED = 70
    INTERRUPTED = 130
    PIPE_CLOSED = 141


class Mistake(Exception):
    """The operator asked for what there is not; `key` and `figures` say it in each language."""

    def __init__(self, key: str, **figures: object) -> None:
        super().__init__(key)
        self.key = key
        self.figures = figures


EXPECTED: tuple[type[Exception], ...] = (
    SettingRefused,
    KeysUnusable,
    LedgerDamaged,
    EmbeddedPostgresFailed,
    DatabaseUnavailable,
    NotInstalled,
    psycopg.errors.DiskFull,
    psycopg.errors.ConfigurationLimitExceeded,
    psycopg.OperationalError,
    BrokerLost,
    LogForked,
    BehindStream,
    OutOfOrder,
    Unreadable,
    Fork,
    NotBuilt,
    NoSuchReplay,
    NotReplayable,
    NotConfirmable,
    CodeFailed,
    TypesUnknown,
    NotComparable,
    ModelReplaced,
    UnknownEventType,
    LogDamaged,
    LogAltered,
    NotParked,
    NotAPublicKey,
    TryAgain,
    NotSettled,
    NothingThere,
    NotArchivable,
    NotWritten,
    BlobMissing,
    NotEmpty,
    AtWork,
    StreamIncomplete,
    HeldTwice,
)
"""What operators can do something about; the catalogue introduces each, by its name, in its own words."""


def sentence(fault: Exception, words: Words) -> tuple[str, Status]:
    """What to say about a fault, and the exit status."""
    if (mistake := _mistake(fault)) is not None:
        return words(mistake.key, **mistake.figures), Status.NOT_POSSIBLE
    if isinstance(fault, typer.TyperException):
        return words("errors.usage", detail=complaint(fault.format_message(), words)), Status.NOT_POSSIBLE
    if isinstance(fault, WorkerFailed):
        detail, status = sentence(fault.cause, words)
        return words("errors.worker", worker=fault.worker, detail=detail), status
    for kind in EXPECTED:
        if isinstance(fault, kind):
            detail = " ".join(str(fault).split())
            return words(f"errors.{kind.__name__}", detail=detail), Status.NOT_POSSIBLE
    if isinstance(fault, OSError) and fault.filename is not None:
        return words("errors.file", path=fault.filename, detail=fault.strerror), Status.NOT_POSSIBLE
    # By kind and place: a message might quote what is stored about people.
    return words("errors.unexpected", detail=reason(fault)), Status.UNEXPECTED


def _mistake(fault: Exception) -> Mistake | None:
    """What the catalogue has a sentence of its own for, of an archive by what is wrong with it."""
    match fault:
        case Mistake():
            return fault
        case ArchiveRefused():
            return Mistake(f"objections.{fault.objection.name}", where=fault.where)
        case Unverifiable():
            return Mistake(f"obstacles.{fault.obstacle.name}", detail=fault.detail)
    return None
