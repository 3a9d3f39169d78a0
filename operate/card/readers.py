"""讀卡機: the readers of this computer, through PC/SC. Cards are shared with other programs and left as they were."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from smartcard import scard

from operate.card.refusals import Busy, CardChanged, CardRefusal, CardSilent, NoCard, NoPcsc, ReaderGone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.cards.apdu import Transmit

_OK = scard.SCARD_S_SUCCESS
_NOTICED_WITHIN = 1500
"""Milliseconds within which the service notices that a card or a reader has gone."""
_SHORTEST_ANSWER = 2
_REFUSALS: dict[int, type[CardRefusal]] = {
    scard.SCARD_E_NO_SERVICE: ReaderGone,
    scard.SCARD_E_SERVICE_STOPPED: ReaderGone,
    scard.SCARD_F_COMM_ERROR: ReaderGone,
    scard.SCARD_E_INVALID_HANDLE: ReaderGone,
    scard.SCARD_E_UNKNOWN_READER: ReaderGone,
    scard.SCARD_E_READER_UNAVAILABLE: ReaderGone,
    scard.SCARD_E_NO_SMARTCARD: NoCard,
    scard.SCARD_E_SHARING_VIOLATION: Busy,
    scard.SCARD_W_REMOVED_CARD: CardChanged,
    scard.SCARD_W_RESET_CARD: CardChanged,
}
"""What the service says, and what it means to a person; everything else is a card that does not answer."""


@dataclass(frozen=True)
class Reader:
    """One reader, by the name that the service gives it, and whether a card is in it."""

    name: str
    has_card: bool


def readers() -> list[Reader]:
    """Every reader there is; raises `NoPcsc`."""
    with _service() as service:
        status, names = _listed(service)
        if status == scard.SCARD_E_NO_READERS_AVAILABLE or not names:
            return []
        _demand(status)
        status, states = scard.SCardGetStatusChange(service, 0, [(name, scard.SCARD_STATE_UNAWARE) for name in names])
        _demand(status)
        return [Reader(name, bool(state & scard.SCARD_STATE_PRESENT)) for name, state, _ in states]


@contextmanager
def speaking_to(reader: str) -> Iterator[Transmit]:
    """Speak to the card in a reader, with no other program's commands in between.

    The card is opened shared and left without a reset, or a clinic's own system would lose its session. Raises
    `NoPcsc`, `NoCard`, `Busy`, `ReaderGone`, `CardChanged` or `CardSilent`, also from what is handed out and, where
    nothing else has gone wrong, when it is left.
    """
    with _service() as service:
        protocols = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        status, card, protocol = scard.SCardConnect(service, reader, scard.SCARD_SHARE_SHARED, protocols)
        _demand(status)
        try:
            _demand(scard.SCardBeginTransaction(card))
            try:
                yield _Line(service, reader, card, protocol)
            finally:
                scard.SCardEndTransaction(card, scard.SCARD_LEAVE_CARD)
        except BaseException:
            scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD)
            raise
        _demand(scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD))


class _Line:
    """Hands commands to a card."""

    def __init__(self, service: Any, reader: str, card: Any, protocol: int) -> None:
        self._service = service
        self._reader = reader
        self._card = card
        self._protocol = protocol

    def __call__(self, command: bytes) -> bytes:
        """What the card answers: a status at least."""
        status, answer = scard.SCardTransmit(self._card, self._protocol, list(command))
        if status in _REFUSALS:
            raise _REFUSALS[status]
        if status != _OK or len(answer) < _SHORTEST_ANSWER:
            raise self._what_has_happened()
        return bytes(answer)

    def _what_has_happened(self) -> CardRefusal:
        """The service needs a moment to notice that a card was pulled out in the middle of its answer."""
        known = [(self._reader, scard.SCARD_STATE_PRESENT | scard.SCARD_STATE_INUSE)]
        status, states = scard.SCardGetStatusChange(self._service, _NOTICED_WITHIN, known)
        if status in _REFUSALS:
            return _REFUSALS[status]()
        gone = status == _OK and not any(state & scard.SCARD_STATE_PRESENT for _, state, _ in states)
        return CardChanged() if gone else CardSilent()


@contextmanager
def _service() -> Iterator[Any]:
    status, service = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    if status != _OK:
        raise NoPcsc
    try:
        yield service
    finally:
        scard.SCardReleaseContext(service)


def _listed(service: Any) -> tuple[int, list[str]]:
    try:
        status, names = scard.SCardListReaders(service, [])
    except SystemError:  # how pyscard says that the service has just stopped
        raise NoPcsc from None
    return status, names


def _demand(status: int) -> None:
    if status != _OK:
        raise _REFUSALS.get(status, CardSilent)
