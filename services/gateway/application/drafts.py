"""暫存: what somebody has entered of a long form, sealed for them alone, until they send it or let it lie too long."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID, uuid4

import msgspec

from services.gateway.application.owners import owner_of
from services.gateway.domain import refusals
from services.gateway.domain.policies import POLICIES, policy_at
from shared.refusals import PersonGone
from shared.sealing import PersonForgotten, Sealed, SubjectId

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from services.gateway.application.owners import Owner
    from services.gateway.commands import DropDraft, SaveDraft
    from services.gateway.domain.policies import Policy
    from shared.postgres import Connection, Connections
    from shared.principal import Principal
    from shared.vault.vault import Vault

_KIND = re.compile(r"[a-z]+(-[a-z]+)*(/[A-Za-z0-9-]{1,60})?")

# One caller's saves wait for each other, so that none of two windows is over the limit, or lost.
_ALONE = "select pg_advisory_xact_lock(hashtext('draft'), hashtext(%s))"
_STANDING = "select version, saved_at from draft where owner = %s and kind = %s and expires_at > %s"
_COUNT = "select count(*) from draft where owner = %s and kind <> %s and expires_at > %s"
_SAVE = """
insert into draft (owner, kind, subject, version, box, saved_at, expires_at) values (%s, %s, %s, %s, %s, %s, %s)
on conflict (owner, kind) do update set subject = excluded.subject, version = excluded.version, box = excluded.box,
    saved_at = excluded.saved_at, expires_at = excluded.expires_at
"""
_FIND = """
select subject, box, version, saved_at, expires_at from draft where owner = %s and kind = %s and expires_at > %s
"""
_LIST = """
select kind, version, saved_at, expires_at from draft where owner = %s and expires_at > %s order by saved_at desc, kind
"""
_DROP = "delete from draft where owner = %s and kind = %s"
_SWEEP = "delete from draft where expires_at <= %s or subject = any(%s)"


class DraftContent(msgspec.Struct, frozen=True):
    """What was entered, in whatever shape its form has. Logs hold none, but rows do: the class keeps its name."""

    content: dict[str, Any]


class DraftSaved(msgspec.Struct, frozen=True):
    """The version that the next save goes on from, and until when the draft is kept."""

    version: UUID
    saved_at: datetime
    expires_at: datetime


class Draft(msgspec.Struct, frozen=True):
    """A draft as it was saved last."""

    content: dict[str, Any]
    version: UUID
    saved_at: datetime
    expires_at: datetime


class DraftListed(msgspec.Struct, frozen=True):
    """That there is a draft."""

    kind: str
    version: UUID
    saved_at: datetime
    expires_at: datetime


class _Row(NamedTuple):
    owner: str
    kind: str
    subject: SubjectId
    version: UUID
    box: str
    saved_at: datetime
    expires_at: datetime


class Drafts:
    """Everybody's drafts; each sees their own."""

    def __init__(self, connections: Connections, vault: Vault, policies: Sequence[Policy] = POLICIES) -> None:
        self._connections = connections
        self._vault = vault
        self._policies = policies

    def save(self, command: SaveDraft, principal: Principal, now: datetime) -> DraftSaved:
        """暫存. Refuses what is no draft's name, too large, one too many, or based on what is there no longer."""
        owner, policy = owner_of(principal), policy_at(now, self._policies)
        if not _KIND.fullmatch(command.kind):
            raise refusals.DraftKindMalformed("kind")
        given = len(msgspec.json.encode(command.content))
        if given > policy.draft_bytes:
            raise refusals.DraftTooLarge("content", limit=policy.draft_bytes, given=given)
        box = self._sealed(owner, command.content)
        row = _Row(owner.id, command.kind, owner.subject, uuid4(), box, now, now + policy.draft_kept)
        self._connections.transact(lambda connection: _save(connection, row, command.based_on, policy))
        return DraftSaved(row.version, row.saved_at, row.expires_at)

    def find(self, kind: str, principal: Principal, now: datetime) -> Draft | None:
        """The caller's draft of this kind; None where there is none, or its person has been forgotten."""
        for subject, box, version, saved_at, expires_at in self._connections.fetch(
            _FIND, (owner_of(principal).id, kind, now)
        ):
            opened = self._vault.open(Sealed(SubjectId(subject), box), DraftContent)
            return None if opened is None else Draft(opened.content, version, saved_at, expires_at)
        return None

    def of(self, principal: Principal, now: datetime) -> list[DraftListed]:
        """The caller's drafts, the one saved last first."""
        return [DraftListed(*row) for row in self._connections.fetch(_LIST, (owner_of(principal).id, now))]

    def drop(self, command: DropDraft, principal: Principal) -> None:
        """刪除; one that is not there is dropped already."""
        owner = owner_of(principal)
        self._connections.transact(lambda connection: connection.execute(_DROP, (owner.id, command.kind)))

    def sweep(self, now: datetime, forgotten: Collection[SubjectId]) -> None:
        """Delete what has expired, and what belonged to these people."""
        self._connections.transact(lambda connection: connection.execute(_SWEEP, (now, list(forgotten))))

    def _sealed(self, owner: Owner, content: dict[str, Any]) -> str:
        try:
            return self._vault.seal(owner.subject, DraftContent(content)).box
        except PersonForgotten:
            raise PersonGone from None


def _save(connection: Connection, row: _Row, based_on: UUID | None, policy: Policy) -> None:
    connection.execute(_ALONE, (row.owner,))
    standing = connection.execute(_STANDING, (row.owner, row.kind, row.saved_at)).fetchone()
    version, saved_at = standing or (None, "")
    if version == row.version:
        return  # this very save, begun again after its commit
    if version != based_on:
        raise refusals.DraftChangedMeanwhile("based_on", at=saved_at)
    [(others,)] = connection.execute(_COUNT, (row.owner, row.kind, row.saved_at)).fetchall()
    if others >= policy.drafts_most:
        raise refusals.TooManyDrafts("kind", most=policy.drafts_most)
    connection.execute(_SAVE, row)
