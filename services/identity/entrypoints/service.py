"""Identity as a Nameko service: the ways in, one's own sessions, accounts, and the public register."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.identity.application.accounts.answers import CardEntry, OwnCapacity, OwnSession
from services.identity.application.accounts.own_sessions import own_sessions
from services.identity.application.accounts.taking_capacities import own_capacities
from services.identity.application.cards.binding import cards_of_account
from services.identity.application.cards.register import cards_of_holder
from services.identity.application.front_desk import ANSWERS
from services.identity.application.identity import Identity
from services.identity.bootstrap import IdentityContext
from services.identity.domain.accounts.access import ANYBODY_IN, HOLDER, SEES_ACCOUNTS
from services.identity.domain.accounts.policies import POLICIES
from services.identity.domain.accounts.refusals import AccountUnknown
from services.identity.domain.cards.access import PRACTITIONER, SEES_CARDS
from services.identity.domain.organisations.access import PROVED_BY_CARD, SEES_MEMBERS
from services.identity.events import CardHolder, HolderKind
from services.identity.messages import WORDING
from services.identity.read_models.accounts import (
    AccountListed,
    Accounts,
    AccountSearch,
    account_listed,
    account_of,
    account_seen_by,
    accounts_of,
)
from services.identity.read_models.institution_entry import InstitutionEntry
from services.identity.read_models.institution_search import Found, InstitutionSearch, institution, search
from services.identity.read_models.institutions import Institutions
from services.identity.read_models.invitations import (
    InvitationSearch,
    InvitedDoctor,
    InvitedInstitution,
    ProgressCount,
    doctor_counts,
    institution_counts,
    invited_doctors,
    invited_institutions,
)
from services.identity.read_models.organisation_users import (
    Grant,
    MemberListed,
    OrganisationListed,
    OrganisationUsers,
    organisation,
    organisation_users,
    own_services,
)
from services.identity.read_models.personnel import (
    KEEPERS_OF_PERSONNEL,
    SEES_STAFF,
    Personnel,
    PractitionerRow,
    own_record,
    personnel_of,
    practitioner,
)
from services.identity.read_models.places import PlaceRow, Places, search_places
from services.identity.read_models.sign_ins import SignInListed, SignIns, sign_ins_of
from shared.calendar import taipei_day
from shared.principal import Principal
from shared.read_models.paging import Page
from shared.rpc.service import EVERYBODY, ContextService, deed, method_of, query

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = 50
_CURSOR = {"limit": 400}
"""Characters of a cursor: more than any that was given out has."""
_NUMBER = {"limit": 40}
"""Characters of a code or number: more than any has."""


@dataclass(frozen=True)
class Search:
    """院所查詢, and which page of what it finds."""

    sought: InstitutionSearch = field(default_factory=InstitutionSearch)
    limit: int = PAGE
    cursor: str | None = field(default=None, metadata=_CURSOR)


@dataclass(frozen=True)
class InstitutionNumber:
    """醫事機構代碼."""

    code: str = field(metadata=_NUMBER)


@dataclass(frozen=True)
class PractitionerNumber:
    """醫事人員代號."""

    number: str = field(metadata=_NUMBER)


@dataclass(frozen=True)
class Staff:
    """醫事人員 of an institution, and which page of them."""

    institution: str = field(metadata=_NUMBER)
    limit: int = PAGE
    cursor: str | None = field(default=None, metadata=_CURSOR)


@dataclass(frozen=True)
class PlaceSearch:
    """非醫事機構查詢 by code or name, in a county or in all, and which page of what it finds."""

    text: str
    county: str = ""
    limit: int = PAGE
    cursor: str | None = field(default=None, metadata=_CURSOR)


@dataclass(frozen=True)
class Listing:
    """帳號查詢, and which page of what it finds."""

    sought: AccountSearch = field(default_factory=AccountSearch)
    limit: int = PAGE
    cursor: str | None = field(default=None, metadata=_CURSOR)


@dataclass(frozen=True)
class AccountNumber:
    """帳號: by its id."""

    account_id: UUID


@dataclass(frozen=True)
class Invitations:
    """邀請進度, and which page of it."""

    sought: InvitationSearch = field(default_factory=InvitationSearch)
    limit: int = PAGE
    cursor: str | None = field(default=None, metadata=_CURSOR)


@dataclass(frozen=True)
class Record:
    """登入紀錄 of an account, the caller's own where none is named, and which page of it."""

    account_id: UUID | None = None
    limit: int = PAGE
    cursor: str | None = field(default=None, metadata=_CURSOR)


@dataclass(frozen=True)
class SessionAsked:
    """The open session of this token."""

    session: str = field(repr=False)


@dataclass(frozen=True)
class CardsOfHolder:
    """憑證卡 of a practitioner, an institution or a centre."""

    kind: HolderKind
    key: str = field(metadata=_NUMBER)


@dataclass(frozen=True)
class OrganisationAsked:
    """機構: `institution/` and a code, or `centre/` and a county."""

    organisation: str = field(metadata=_NUMBER)


@dataclass(frozen=True)
class MembersAsked:
    """機構使用者 of an organisation, and which page of them."""

    organisation: str = field(metadata=_NUMBER)
    limit: int = PAGE
    cursor: str | None = field(default=None, metadata=_CURSOR)


class IdentityService(ContextService):
    """身分."""

    name = "identity"
    words = WORDING
    application = Identity
    policies = POLICIES

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

    @query(ANYBODY_IN, asks=SessionAsked)
    def own_capacities(self, _: Principal, asked: SessionAsked) -> list[OwnCapacity]:
        """身分: what whoever has this open session may go on as, the likeliest first."""
        return own_capacities(self.context.application.desk, asked.session, self.now)

    @query(HOLDER)
    def own_cards(self, principal: Principal) -> list[CardEntry]:
        """帳號綁定的憑證卡: the cards by which the caller's own account is opened."""
        account = account_of(principal)
        if account is None:
            raise AccountUnknown("account_id")
        return cards_of_account(self.context.application.desk, account, principal)

    @query(*SEES_ACCOUNTS, asks=AccountNumber)
    def account_cards(self, principal: Principal, asked: AccountNumber) -> list[CardEntry]:
        """The cards that open an account that the caller answers for."""
        return cards_of_account(self.context.application.desk, asked.account_id, principal)

    @query(*SEES_CARDS, asks=CardsOfHolder)
    def registered_cards(self, principal: Principal, asked: CardsOfHolder) -> list[CardEntry]:
        """憑證卡登記: the cards of a holder, as the bureau of its county sees them."""
        holder = CardHolder(asked.kind, asked.key)
        return cards_of_holder(self.context.application.desk, holder, principal)

    @query(*SEES_ACCOUNTS, asks=Listing, reads=Accounts)
    def find_accounts(self, principal: Principal, asked: Listing) -> Page[AccountListed]:
        """帳號查詢: a page of the accounts that the caller answers for."""
        vault, reader = self.context.vault, self.reader(Accounts)
        return accounts_of(reader, vault, principal, asked.sought, limit=asked.limit, cursor=asked.cursor)

    @query(*SEES_ACCOUNTS, asks=AccountNumber, reads=Accounts)
    def account(self, principal: Principal, asked: AccountNumber) -> AccountListed:
        """One account that the caller answers for; refuses with `AccountUnknown`."""
        found = account_listed(self.reader(Accounts), self.context.vault, principal, asked.account_id)
        if found is None:
            raise AccountUnknown("account_id")
        return found

    @query(*SEES_ACCOUNTS, asks=Invitations, reads=Accounts)
    def invited_institutions(self, principal: Principal, asked: Invitations) -> Page[InvitedInstitution]:
        """邀請進度 of the institutions of a programme: a page, by code."""
        reader = self.reader(Accounts)
        return invited_institutions(reader, principal, asked.sought, limit=asked.limit, cursor=asked.cursor)

    @query(*SEES_ACCOUNTS, asks=Invitations, reads=Accounts)
    def invited_institution_counts(self, principal: Principal, asked: Invitations) -> list[ProgressCount]:
        """How many of these institutions have come how far."""
        return institution_counts(self.reader(Accounts), principal, asked.sought)

    @query(*SEES_ACCOUNTS, asks=Invitations, reads=Accounts)
    def invited_doctors(self, principal: Principal, asked: Invitations) -> Page[InvitedDoctor]:
        """邀請進度 of the doctors of a programme's institutions: a page, by institution."""
        reader = self.reader(Accounts)
        return invited_doctors(reader, principal, asked.sought, limit=asked.limit, cursor=asked.cursor)

    @query(*SEES_ACCOUNTS, asks=Invitations, reads=Accounts)
    def invited_doctor_counts(self, principal: Principal, asked: Invitations) -> list[ProgressCount]:
        """How many of these doctors have come how far."""
        return doctor_counts(self.reader(Accounts), principal, asked.sought)

    @query(HOLDER, asks=Record, reads=SignIns)
    def sign_ins(self, principal: Principal, asked: Record) -> Page[SignInListed]:
        """登入紀錄: of the own account, or of one that the caller answers for; refuses with `AccountUnknown`."""
        account = account_seen_by(self.reader(Accounts), principal, asked.account_id or account_of(principal))
        if account is None:
            raise AccountUnknown("account_id")
        vault, reader = self.context.vault, self.reader(SignIns)
        return sign_ins_of(reader, vault, account, limit=asked.limit, cursor=asked.cursor)

    @query(EVERYBODY, asks=Search, reads=Institutions)
    def find_institutions(self, _: Principal, asked: Search) -> Page[Found]:
        """院所查詢: a page of the institutions sought."""
        return search(self.reader(Institutions), asked.sought, self.now, limit=asked.limit, cursor=asked.cursor)

    @query(EVERYBODY, asks=InstitutionNumber, reads=Institutions)
    def institution(self, _: Principal, asked: InstitutionNumber) -> InstitutionEntry | None:
        """What the register says of one institution; None where it has none of this code."""
        return institution(self.reader(Institutions), asked.code)

    @query(PRACTITIONER, reads=Personnel)
    def own_record(self, principal: Principal) -> PractitionerRow | None:
        """個人資料: what the register says of the caller: name, type, practice place, licences (S001)."""
        return own_record(self.reader(Personnel), principal)

    @query(*SEES_STAFF, asks=PractitionerNumber, reads=Personnel)
    def practitioner(self, principal: Principal, asked: PractitionerNumber) -> PractitionerRow | None:
        """One practitioner; None for a number that is unknown, or not the caller's to see."""
        return practitioner(self.reader(Personnel), principal, asked.number)

    @query(*SEES_STAFF, asks=Staff, reads=Personnel)
    def personnel(self, principal: Principal, asked: Staff) -> Page[PractitionerRow]:
        """A page of an institution's practitioners."""
        reader = self.reader(Personnel)
        return personnel_of(reader, principal, asked.institution, limit=asked.limit, cursor=asked.cursor)

    @query(*KEEPERS_OF_PERSONNEL, asks=PlaceSearch, reads=Places)
    def find_places(self, _: Principal, asked: PlaceSearch) -> Page[PlaceRow]:
        """非醫事機構查詢: a page of the places sought."""
        reader = self.reader(Places)
        return search_places(reader, asked.text, county=asked.county, limit=asked.limit, cursor=asked.cursor)

    @query(*SEES_MEMBERS, asks=OrganisationAsked, reads=OrganisationUsers)
    def organisation(self, principal: Principal, asked: OrganisationAsked) -> OrganisationListed | None:
        """機構: the services that it may grant, and how many people it has; None for who may not see it."""
        return organisation(self.reader(OrganisationUsers), principal, asked.organisation)

    @query(*SEES_MEMBERS, asks=MembersAsked, reads=OrganisationUsers)
    def organisation_users(self, principal: Principal, asked: MembersAsked) -> Page[MemberListed]:
        """機構使用者: a page of an organisation's managers and users, with what is granted to each."""
        vault, reader = self.context.vault, self.reader(OrganisationUsers)
        return organisation_users(reader, vault, principal, asked.organisation, limit=asked.limit, cursor=asked.cursor)

    @query(PROVED_BY_CARD, reads=OrganisationUsers)
    def own_services(self, principal: Principal) -> list[Grant]:
        """服務項目: what is granted to the caller today where they have come in (S002)."""
        subjects = self.context.vault.subjects_of([principal.subject]) if principal.subject else ()
        return own_services(self.reader(OrganisationUsers), principal, subjects, taipei_day(self.now))


def _at_the_front_desk(command: type, answer: type) -> Callable[..., Any]:
    """The method by which people come in, each named after its command."""

    def come_in(self: IdentityService, principal: Principal, asked: object) -> object:
        return self.context.front_desk.handle(asked, principal, self.now)

    come_in.__name__, come_in.__doc__ = method_of(command), command.__doc__
    come_in.__annotations__["return"] = answer
    return deed(*Identity.who_may[command], asks=command)(come_in)


for _command, _answer in ANSWERS.items():
    setattr(IdentityService, method_of(_command), _at_the_front_desk(_command, _answer))
