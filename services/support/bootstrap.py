"""The composition root of support: settings become a database, a vault, the application and what follows its log."""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from services.support.adapters.cabinet import FolderCabinet
from services.support.adapters.known_register import KnownDiaries, KnownRegister
from services.support.adapters.legacy_import import import_legacy
from services.support.adapters.register_clerk import RegisterClerk
from services.support.adapters.register_drop import DropFolder
from services.support.adapters.register_file import verified
from services.support.adapters.register_sftp import SftpDrop, SftpServer
from services.support.application import Supporting
from services.support.application.register_dispatch import RegisterDispatcher
from services.support.messages import WORDING
from services.support.processes import PROCESSES
from services.support.read_models.applications import Applications
from services.support.read_models.batches import Batches
from services.support.read_models.known_institutions import KnownInstitutions
from services.support.read_models.known_places import KnownPlaces
from services.support.read_models.known_practitioners import KnownPractitioners
from services.support.read_models.move_locks import MoveLocks
from services.support.read_models.register_files import RegisterFiles
from services.support.read_models.strengths import Strengths
from services.support.read_models.support_times import SupportTimes
from services.support.read_models.supports import Supports
from shared.calendar import working_calendar
from shared.context import Context, foundation, utc_now
from shared.imports.files import Purpose
from shared.settings import SettingRefused
from shared.trouble import persevere
from shared.vault.key_files import make_directory
from shared.vault.signing import load_or_create

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from typing import BinaryIO

    from services.support.domain.register_delivery import Drop
    from shared.imports.results import ImportSummary, RowResult
    from shared.installation import Installation
    from shared.postgres import Database
    from shared.principal import Principal
    from shared.read_models.freshness import Positions
    from shared.read_models.model import ReadModel
    from shared.refusals import Refusal
    from shared.settings import Settings
    from shared.store.log import Log
    from shared.words import Language

    Tell = Callable[[RowResult], None]

CONTEXT = "support"
REGISTRY = "identity"
"""The context that keeps the registry, whose log is followed."""
FOLLOWS = (REGISTRY,)
_DELIVERER = "deliver_register_files"
_REST = 2.0
"""Seconds after which it is looked again whether a file is due."""
_SSH_PORT = 22

__all__ = ["SupportContext", "support_in", "verified"]

_READ_MODELS: tuple[type[ReadModel[Any]], ...] = (
    Applications,
    Batches,
    Supports,
    SupportTimes,
    MoveLocks,
    Strengths,
    KnownPractitioners,
    KnownInstitutions,
    KnownPlaces,
    RegisterFiles,
)


class SupportContext(Context[Supporting]):
    """Support put together."""

    def import_legacy(self, file: BinaryIO, principal: Principal, tell: Tell) -> ImportSummary:
        """新舊系統銜接; raises what `adapters.legacy_import` tells, and `LogUnsigned`."""
        self.heed_signing()
        return import_legacy(self.application, file, principal, self.clock(), purpose=Purpose.TAKE, tell=tell)

    def try_legacy(self, file: BinaryIO, principal: Principal, tell: Tell) -> ImportSummary:
        """試匯: as `import_legacy`, with nothing stored."""
        return import_legacy(self.application, file, principal, self.clock(), purpose=Purpose.TRY, tell=tell)

    def explained(self, refusal: Refusal, language: Language) -> str:
        """What a refusal says to people."""
        return WORDING.words(refusal.code, refusal.params, language)

    def clerk(self) -> RegisterClerk:
        """What makes register files again, and tells where each stands; to be closed."""
        return _clerk(self.database, self.log, self.positions, self.installation.settings)


@contextmanager
def support_in(place: Installation, clock: Callable[[], datetime] = utc_now) -> Iterator[SupportContext]:
    """Support in an installation, ready; nothing works in it before `workers` are started.

    It asks the registry of identity, whose log has to be installed.
    """
    with foundation(place, CONTEXT, FOLLOWS) as base, ExitStack() as closing:
        register = KnownRegister(base.database, base.logs[REGISTRY], base.logs[CONTEXT], base.positions)
        closing.callback(register.close)
        diaries = KnownDiaries(base.database, base.logs[CONTEXT], base.positions)
        closing.callback(diaries.close)
        clerk = _clerk(base.database, base.logs[CONTEXT], base.positions, place.settings)
        closing.callback(clerk.close)
        cabinet = FolderCabinet(place.settings.var / "uploads", place.settings.blobs)
        application = Supporting(
            base.database, place.vault, register, diaries, working_calendar(), clerk, cabinet, give_way=place.give_way
        )
        closing.callback(application.close)
        wake = threading.Event()

        def dispatcher() -> RegisterDispatcher:
            drop = _drop(place.settings)
            return RegisterDispatcher(application, drop, clerk.due, clerk.made_again, clock, told=wake.set)

        yield SupportContext(
            **vars(base),
            application=application,
            model_types=_READ_MODELS,
            process_types=PROCESSES,
            clock=clock,
            errands={_DELIVERER: partial(_deliver, dispatcher)},
            wake=wake,
            watches=(clerk.alarms,),
        )


def _clerk(database: Database, own: Log, positions: Positions, settings: Settings) -> RegisterClerk:
    key = partial(load_or_create, settings.register_key_file)
    return RegisterClerk(database, own, positions, key)


def _drop(settings: Settings) -> Drop:
    """Where the settings say; else a folder of Caretrail's own, from which people take files by hand."""
    drop = settings.register_drop
    if drop is None:
        folder = settings.var / "register-files"
        make_directory(folder)
        return DropFolder(folder)
    if drop.startswith("/"):
        return DropFolder(Path(drop))
    parts = urlsplit(drop)
    server = SftpServer(
        host=parts.hostname or "",
        port=parts.port or _SSH_PORT,
        user=unquote(parts.username or ""),
        folder=unquote(parts.path),
        host_key=settings.register_host_key,
        password=unquote(parts.password or ""),
        login_key_file=str(settings.register_login_key_file or ""),
    )
    try:
        return SftpDrop(server)
    except ValueError as fault:
        mend = "give the public key of the SFTP server, as in ssh-ed25519 AAAA…, from whoever runs it"
        raise SettingRefused("CARETRAIL_REGISTER_HOST_KEY", mend) from fault


def _deliver(dispatcher: Callable[[], RegisterDispatcher], stop: threading.Event) -> None:
    """Deliver what is due until `stop` is set, looking every few seconds: a file a day is in no hurry."""
    delivering = dispatcher()

    def step() -> None:
        if not delivering.step():
            stop.wait(_REST)

    persevere(_DELIVERER, stop, step, lambda: None)
