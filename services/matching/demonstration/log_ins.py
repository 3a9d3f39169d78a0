"""How everybody in the story gets in: parents by a code on their phone, staff by an account that was opened for them.

All of it goes through identity as it does for real people: the code is read from the SMS, the invitation from the mail.
"""

from __future__ import annotations

import re
import threading
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

from shared.principal import Role
from shared.rpc.client import Asking
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.matching.demonstration.mailbox import Mailboxes
    from shared.principal import Principal
    from shared.rpc.client import RpcClient

_CODE = re.compile(r"\d{6}")
_LINK = re.compile(r"https?://\S+/activate/(\S+)")
_PATIENCE = 20
_LOOKS_EVERY = 0.5
"""Seconds: rarely enough for the limits of one address."""
_FIRST_ADDRESS = (198 << 24) + (18 << 16)
"""198.18.0.0/15, which RFC 2544 keeps for trials: everybody in the story sits at an address of their own."""


class Way(NamedTuple):
    """How somebody comes in again: by a phone number, or by a mail address and a password."""

    address: str
    password: str = ""


class LogIns:
    """Everybody's open session; who has none, or no longer, comes in again."""

    def __init__(self, client: RpcClient, mailboxes: Mailboxes, run: int) -> None:
        """Nobody's password outlives a `run`, so each opens accounts of its own."""
        self._client = client
        self._run = run
        self._accounts = 0
        self._mailboxes = mailboxes
        self._ways: dict[str, Way] = {}
        self._sessions: dict[str, str] = {}
        self._numbers: dict[str, int] = {}

    def knows(self, person: Principal) -> bool:
        """Whether it was told how this person comes in."""
        return person.id in self._ways

    def has_phone(self, person: Principal, mobile: str) -> None:
        """A parent comes in by this phone."""
        self._ways[person.id] = Way(mobile)

    def new_way(self) -> Way:
        """A mailbox that nobody has had, and a password that nobody will know."""
        self._accounts += 1
        return Way(f"staff{self._accounts}.run{self._run}@example.tw", f"示範密碼 {uuid4()}")

    def open_account(self, person: Principal, name: str, way: Way, invite: Callable[[dict[str, Any]], object]) -> None:
        """Have a member of staff invited, by whoever may; they open the account by the mail that comes."""
        rights = {
            "role": person.role,
            "institution": person.institution or "",
            "acts_for": sorted(person.acts_for),
            "jurisdiction": person.jurisdiction or "",
        }
        self._mailboxes.forget(way.address)
        invite({"name": name, "email": way.address, "rights": rights})
        link = _LINK.search(self._mailboxes.next_letter(way.address).text)
        assert link is not None  # noqa: S101 - the template has one
        opened = self._ask("activate_account", link=link[1], password=way.password, client=self._client_of(person))
        self._ways[person.id], self._sessions[person.id] = way, opened["session"]

    def asking(self, person: Principal) -> Asking:
        """On behalf of this person, let in by a session that is still good."""
        vouched = self._vouched(person) if person.id in self._sessions else None
        if vouched is None:  # or the session has run out over night
            self._come_in(person)
            vouched = self._vouched(person)
            assert vouched is not None  # noqa: S101 - its session has just been opened
        return vouched

    def prove(self, person: Principal, mobile: str) -> None:
        """A parent enters the code that is sent to another phone, which is to be the family's contact."""
        self.asking(person)
        self._by_code(mobile, person, purpose="new_contact", session=self._sessions[person.id])

    def _come_in(self, person: Principal) -> None:
        way = self._ways[person.id]
        is_parent = person.role is Role.PARENT
        opened = self._by_code(way.address, person, purpose="log_in") if is_parent else self._by_password(way, person)
        self._sessions[person.id] = opened["session"]

    def _by_code(self, mobile: str, person: Principal, *, purpose: str, session: str = "") -> Any:
        """What entering the code that is sent to this phone is answered with."""
        client = self._client_of(person)
        self._mailboxes.forget(mobile)
        sent = self._ask("request_code", mobile=mobile, purpose=purpose, client=client, session=session)
        code = _CODE.search(self._mailboxes.next_letter(mobile).text)
        assert code is not None  # noqa: S101 - the template has one
        return self._ask("verify_code", attempt=sent["attempt"], code=code[0], client=client, session=session)

    def _by_password(self, way: Way, person: Principal) -> Any:
        """The account of a place that has just come back opens a moment after it."""
        patience = monotonic() + _PATIENCE
        while True:
            try:
                return self._ask("log_in", email=way.address, password=way.password, client=self._client_of(person))
            except RemoteRefusal as refusal:
                if refusal.code != "account-is-disabled" or monotonic() > patience:
                    raise
            threading.Event().wait(_LOOKS_EVERY)

    def _vouched(self, person: Principal) -> Asking | None:
        [known] = self._ask("check_sessions", sessions=[self._sessions[person.id]])["known"]
        return Asking(known["principal"]) if known else None

    def _ask(self, method: str, **fields: object) -> Any:
        return self._client.deed(f"identity.{method}", fields)

    def _client_of(self, person: Principal) -> dict[str, str]:
        number = self._numbers.setdefault(person.id, len(self._numbers) + 1)
        packed = _FIRST_ADDRESS + number
        address = ".".join(str(packed >> shift & 255) for shift in (24, 16, 8, 0))
        return {"address": address, "user_agent": "Caretrail demonstration"}
