"""Who has come in, as identity tells it; kept for two seconds for those who only read."""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from shared.principal import Role  # noqa: TC001 - msgspec reads the annotations at run time
from shared.rpc.client import VISITING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from shared.rpc.client import RpcClient

KEPT_SECONDS = 2.0
"""A session that was ended elsewhere can still be read with for so long. Nothing is changed with one that was kept."""
_MOST = 10_000
_TOKEN = re.compile(r"[!-~][ -~]{0,199}")
"""What a token can look like: what cannot be one is not asked for, as it would be refused with all others."""


class DoctorNamed(msgspec.Struct, frozen=True):
    """醫師 in whose name somebody works: the practitioner number, and the name where the registry has one."""

    number: str
    name: str = ""


class Badge(msgspec.Struct, frozen=True):
    """名牌: what a page says of who is signed in; empty where there is nothing to say."""

    name: str = ""
    mobile: str = ""
    institution_name: str = ""
    doctors: tuple[DoctorNamed, ...] = ()


class Known(msgspec.Struct, frozen=True):
    """Who has come in; `principal` is signed for the other contexts and lives a minute."""

    principal: str
    session_id: str
    role: Role
    assurances: tuple[str, ...]
    institution: str | None = None
    jurisdiction: str | None = None
    badge: Badge = Badge()


class _SessionsChecked(msgspec.Struct, frozen=True):
    known: tuple[Known | None, ...]


def looks_like_token(text: str) -> bool:
    """Whether this can be a session's token."""
    return _TOKEN.fullmatch(text) is not None


def known_by_token(rpc: RpcClient, tokens: Sequence[str]) -> Mapping[str, Known]:
    """Who has come in with each of these tokens, as identity knows it now; raises as `RpcClient.call` does."""
    told = msgspec.convert(rpc.deed("identity.check_sessions", {"sessions": tokens}, VISITING), _SessionsChecked)
    return {token: known for token, known in zip(tokens, told.known, strict=True) if known is not None}


class CheckedSessions:
    """Sessions that were found open a moment ago, by the digest of their tokens; the oldest make room."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, most: int = _MOST) -> None:
        """`clock` in seconds."""
        self._clock = clock
        self._most = most
        self._kept: OrderedDict[bytes, tuple[float, Known]] = OrderedDict()

    def get(self, token: str) -> Known | None:
        """Whose token this is, if that was asked within the last two seconds."""
        until, known = self._kept.get(_digest(token), (0.0, None))
        return known if self._clock() < until else None

    def keep(self, token: str, known: Known) -> None:
        """It has just been asked."""
        self._kept[_digest(token)] = (self._clock() + KEPT_SECONDS, known)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def drop(self, token: str) -> None:
        """Something changes with this session: whoever reads next is asked for."""
        self._kept.pop(_digest(token), None)


def _digest(token: str) -> bytes:
    return sha256(token.encode(errors="replace")).digest()
