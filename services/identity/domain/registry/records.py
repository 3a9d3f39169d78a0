"""匯入: a file of the registry that was taken in is recorded once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from services.identity import events
from shared.events import Aggregate

if TYPE_CHECKING:
    from datetime import datetime

    from services.identity.events import RegistryFile
    from shared.imports.counts import RowCounts


class RegistryImport(Aggregate):
    """A file of the registry was taken in."""

    TOPIC = "identity.RegistryImport"
    RegistryImported = events.RegistryImported

    @classmethod
    def record(cls, kind: RegistryFile, digest: str, counts: RowCounts, now: datetime) -> Self:
        """The file of this keyed digest, whose rows came out as counted."""
        return cls._create(cls.RegistryImported, timestamp=now, kind=kind, digest=digest, **vars(counts))

    @property
    def stream_subject(self) -> str:
        """The import's own id."""
        return str(self.id)
