"""Who asks with a request, and what is asked of the contexts on their behalf."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import msgspec
from flask import current_app, g, request, session

from services.gateway.web.known import looks_like_token
from services.gateway.web.wording import UNANSWERED
from shared.application import Outcome, Trace
from shared.principal import OF_ACCOUNTS, OF_CARDS, Assurance, Role
from shared.refusals import LogUnsigned
from shared.rpc.client import Asking
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from services.gateway.web.front import Front
    from services.gateway.web.known import Known

API_PATH = "/api/"
PLAIN_COOKIE = "caretrail"
PROTECTED_COOKIE = "__Host-caretrail"

_READING = frozenset({"GET", "HEAD"})
"""Whoever changes something is checked each time; whoever only reads, every two seconds."""
_NOT_PROVED = "proof-not-accepted"
_PROVABLE: Mapping[Assurance, frozenset[Role]] = {
    Assurance.PASSWORD: OF_ACCOUNTS,
    Assurance.CARD_PIN: OF_ACCOUNTS | OF_CARDS,
}
"""What can be proved besides while a session is open, and by whom."""
_USER_AGENT_LIMIT = 300
_SEEN_SECONDS = 60
"""How long a browser's queries wait for what it has written: rows are there within a second, or something is wrong."""


class ProofWanted(Exception):
    """The caller may do this once one of these has been proved in this session too; as it is, there is a refusal."""

    def __init__(self, refusal: RemoteRefusal, ways: tuple[Assurance, ...]) -> None:
        self.refusal = refusal
        self.ways = ways
        super().__init__(refusal.code)


class Caller:
    """Whoever makes this request: a visitor, or somebody with an open session."""

    def __init__(self, front: Front, token: str) -> None:
        self.front = front
        self.token = token
        self.now: datetime = front.clock()
        self.trace = Trace(correlation_id=str(uuid4()))
        self._is_kept = False
        self.is_stale = False
        """Whether something was shown that may not know yet what this browser has written."""

    @cached_property
    def known(self) -> Known | None:
        """Who has come in; None for a visitor, and once the session is over."""
        if not looks_like_token(self.token):
            return None
        kept = self.front.checked.get(self.token) if request.method in _READING else None
        return kept or self._checked()

    def _checked(self) -> Known | None:
        self.front.checked.drop(self.token)
        try:
            known = self.front.sessions.find(self.token)
        except UNANSWERED:
            self.__dict__["known"] = None  # the page that says so asks no more who reads it
            raise
        if known and request.method in _READING:
            self.front.checked.keep(self.token, known)
        return known

    def keep_known(self) -> None:
        """What was done changes no session: whoever reads next with this one need not be looked up."""
        self._is_kept = True

    def settle(self) -> None:
        """The request is answered: whatever it changed of the session, the next one sees."""
        if self._is_kept and self.known:
            self.front.checked.keep(self.token, self.known)
        elif request.method not in _READING:
            self.front.checked.drop(self.token)

    def look_again(self) -> None:
        """Forget who has come in: what signs for them lives a minute, and an answer may take longer."""
        self.__dict__.pop("known", None)

    @property
    def role(self) -> Role:
        """In what role the caller has come."""
        return self.known.role if self.known else Role.VISITOR

    @property
    def client(self) -> dict[str, str]:
        """From where the request comes, as identity counts it."""
        agent = request.user_agent.string[:_USER_AGENT_LIMIT]
        return {"address": request.remote_addr or "", "user_agent": agent}

    def ask(self, method: str, asked: object = None) -> Any:
        """What `context.method` finds, knowing what this browser has written there. Raises `RemoteRefusal`."""
        context = method.partition(".")[0]
        found = self.front.rpc.query(method, asked, self.asking, self._written(context))
        self.front.recording.heard(context, refuses=found.refuses_commands)
        self.is_stale = self.is_stale or found.stale
        return found.found

    def command(self, method: str, payload: Mapping[str, object], key: str) -> Outcome:
        """Have a command carried out, once a `key`; what is asked afterwards knows of it.

        Raises `RemoteRefusal`, and `ProofWanted` where the caller's password or card would change the answer.
        """
        try:
            outcome = self.front.rpc.command(method, payload, key, self.asking)
        except RemoteRefusal as refusal:
            if refusal.code == LogUnsigned.code:
                self.front.recording.heard(method.partition(".")[0], refuses=True)
            if ways := self._provable(refusal):
                raise ProofWanted(refusal, ways) from refusal
            raise
        context = method.partition(".")[0]
        session["written"] = {
            **session.get("written", {}),
            context: [str(outcome.id), outcome.version, self.now.timestamp()],
        }
        return outcome

    def deed(self, method: str, payload: Mapping[str, object], patience: float | None = None) -> Any:
        """Have something done whose answer is told once; `patience` in seconds, where it takes long.

        Raises `RemoteRefusal`.
        """
        return self.front.rpc.deed(method, payload, self.asking, patience)

    def _provable(self, refusal: RemoteRefusal) -> tuple[Assurance, ...]:
        """What would do, where it was refused because of how this session was proved."""
        if refusal.code != _NOT_PROVED or self.known is None:
            return ()
        accepted, proved = refusal.params.get("accepted", ()), self.known.assurances
        return tuple(
            way for way, roles in _PROVABLE.items() if way in accepted and way not in proved and self.role in roles
        )

    @property
    def asking(self) -> Asking:
        """On whose behalf contexts are asked, and what it belongs to."""
        return Asking(self.known.principal if self.known else "", self.trace)

    def _written(self, context: str) -> Outcome | None:
        written = session.get("written", {}).get(context)
        if written is None or self.now.timestamp() - written[2] > _SEEN_SECONDS:
            return None
        return msgspec.convert({"id": written[0], "version": written[1]}, Outcome)


def caller() -> Caller:
    """Who makes the present request."""
    if "caller" not in g:
        front: Front = current_app.extensions["front"]
        g.caller = Caller(front, _token(front))
    found: Caller = g.caller
    return found


def _token(front: Front) -> str:
    """The session's token: of a page in its cookie, of the API in `Authorization`, so that no cookie speaks for it."""
    if request.path.startswith(API_PATH):
        given = request.authorization
        return given.token or "" if given is not None and given.type == "bearer" else ""
    return request.cookies.get(cookie_name(front), "")


def cookie_name(front: Front) -> str:
    """The cookie with the session's token. Behind TLS its name binds it to this host, see RFC 6265bis §4.1.3."""
    return PROTECTED_COOKIE if front.is_protected else PLAIN_COOKIE
