"""Tell holders of NHI cards: that the registered password is another, at the phone that was proved before."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

import msgspec

from services.identity import events
from services.notifier.commands import News, TellNhiCardHolder, Template, following
from shared.processes.process import Process
from shared.read_models.model import Table
from shared.sealing import Sealed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.processes.process import Command
    from shared.read_models.model import Key


class RegisteredNhiCard(msgspec.Struct, frozen=True):
    """健保卡註冊: by what its holder was proved, now and before the last change, which a stranger may have made."""

    credential: UUID
    holder: Sealed[events.NhiCardHolder]
    before: Sealed[events.NhiCardHolder]


class TellHoldersOfNhiCards(Process[RegisteredNhiCard]):
    """Sends an SMS when the password of a registered NHI card was changed, or the card registered again (S001)."""

    context: ClassVar[str] = "identity"
    table: ClassVar[Table[RegisteredNhiCard]] = Table(
        "tell_holders_of_nhi_cards", RegisteredNhiCard, key=("credential",)
    )
    folds: ClassVar[tuple[type[Event], ...]] = (
        events.NhiCardRegistered,
        events.NhiCardReplaced,
        events.NhiPasswordChanged,
    )

    def keys(self, event: Event) -> Iterable[Key]:
        """The registration."""
        return [(event.originator_id,)]

    def evolve(self, key: Key, row: RegisteredNhiCard | None, event: Event) -> RegisteredNhiCard | None:
        """By what the holder was proved last, and before."""
        match event:
            case events.NhiCardRegistered():
                return RegisteredNhiCard(key[0], event.holder, event.holder)
            case events.NhiCardReplaced():
                return RegisteredNhiCard(key[0], event.holder, row.holder if row else event.holder)
        return row and RegisteredNhiCard(key[0], row.holder, row.holder)

    def react(self, row: RegisteredNhiCard | None, event: Event) -> Iterable[Command]:
        """One message to whoever held the card before."""
        if row is None or isinstance(event, events.NhiCardRegistered):
            return []
        news = News(following(event, "identity"), event.timestamp, figures={"at": event.timestamp.isoformat()})
        return [TellNhiCardHolder(Template.NHI_PASSWORD_CHANGED, news, row.before)]
