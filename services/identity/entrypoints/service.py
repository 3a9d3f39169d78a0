"""Identity as a Nameko service: the ways in, one's own sessions, accounts, and the public register."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from services.identity.application.accounts.front_desk import COMMANDS
from services.identity.application.accounts.own_sessions import own_sessions
from services.identity.application.identity import Identity
from services.identity.bootstrap import IdentityContext
from services.identity.domain.accounts.access import ANYBODY_IN
from services.identity.read_models.institution_search import InstitutionSearch, institution, search
from services.identity.read_models.institutions import Institutions
from shared.rpc.service import EVERYBODY, ContextService, deed, method_of, query

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.identity.application.accounts.answers import OwnSession
    from services.identity.read_models.institution_search import Found
    from services.identity.read_models.institutions import InstitutionRow
    from shared.principal import Principal
    from shared.read_models.paging import Page

PAGE = 50


@dataclass(frozen=True)
class Search:
    """院所查詢, and which page of what it finds."""

    sought: InstitutionSearch
    limit: int = PAGE
    cursor: str | None = field(default=None, metadata={"limit": 400})


@dataclass(frozen=True)
class InstitutionNumber:
    """醫事機構代碼."""

    code: str = field(metadata={"limit": 20})


class IdentityService(ContextService):
    """身分."""

    name = "identity"
    application = Identity

    @property
    def context(self) -> IdentityContext:
        """Identity, put together."""
        context = super().context
        assert isinstance(context, IdentityContext)  # noqa: S101 - for the type checker: `identity_in` gave it
        return context

    @query(ANYBODY_IN)
    def own_sessions(self, principal: Principal) -> list[OwnSession]:
        """登入中的裝置: the caller's own open sessions, the one seen last first."""
        return own_sessions(self.context.application.desk, principal, self.now)

    @query(EVERYBODY, asks=Search, reads=Institutions)
    def find_institutions(self, _: Principal, asked: Search) -> Page[Found]:
        """院所查詢: a page of the institutions sought."""
        return search(self.reader(Institutions), asked.sought, self.now, limit=asked.limit, cursor=asked.cursor)

    @query(EVERYBODY, asks=InstitutionNumber, reads=Institutions)
    def institution(self, _: Principal, asked: InstitutionNumber) -> InstitutionRow | None:
        """What the register says of one institution; None where it has none of this code."""
        return institution(self.reader(Institutions), asked.code)


def _at_the_front_desk(command: type) -> Callable[..., Any]:
    """The method by which people come in, each named after its command."""

    def come_in(self: IdentityService, principal: Principal, asked: object) -> object:
        return self.context.front_desk.handle(asked, principal, self.now)

    come_in.__name__, come_in.__doc__ = method_of(command), command.__doc__
    return deed(*Identity.who_may[command], asks=command)(come_in)


for _command in COMMANDS:
    setattr(IdentityService, method_of(_command), _at_the_front_desk(_command))
