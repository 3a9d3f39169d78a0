"""The composition root of identity."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from services.identity.adapters.card_judge import card_judge
from services.identity.adapters.published_hospitals import enter_hospitals, published_hospitals
from services.identity.adapters.registry_import import import_registry
from services.identity.adapters.speech import spoken
from services.identity.application.accounts.entrance import Entrance
from services.identity.application.accounts.tables import install
from services.identity.application.cards.card_desk import origin_of_site
from services.identity.application.cards.register import cards_of_holder
from services.identity.application.front_desk import FrontDesk
from services.identity.application.identity import Identity
from services.identity.commands import InviteAccount, RightsEntry, WithdrawCard
from services.identity.commands.accounts import Client, LogIn, SignOut
from services.identity.messages import WORDING
from services.identity.processes import PROCESSES
from services.identity.read_models.accounts import Accounts
from services.identity.read_models.institutions import Institutions
from services.identity.read_models.organisation_users import OrganisationUsers
from services.identity.read_models.personnel import Personnel
from services.identity.read_models.places import Places
from services.identity.read_models.sign_ins import SignIns
from shared.cards import kept
from shared.context import Context, foundation, utc_now
from shared.imports.files import Purpose
from shared.principal import VISITOR, Role
from shared.refusals import RoleNotAllowed
from shared.rpc.keys import principal_signer
from shared.trouble import persevere

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime
    from typing import BinaryIO
    from uuid import UUID

    from services.identity.application.accounts.answers import CardEntry, SignedIn
    from services.identity.commands import RecordInstitution
    from services.identity.events import CardEnd, CardHolder, Programme, RegistryFile
    from shared.application import Outcome
    from shared.imports.results import ImportSummary, RowResult
    from shared.installation import Installation
    from shared.principal import Principal
    from shared.read_models.model import ReadModel
    from shared.refusals import Refusal
    from shared.vault.vault import Vault
    from shared.words import Language

    Tell = Callable[[RowResult], None]

CONTEXT = "identity"
OWN_TABLES = (install, kept.install)
"""What makes the tables that are kept beside the log, for `caretrail install`."""

_THIS_MACHINE = Client("127.0.0.1", "caretrail")
_FORGETTER = "tell_of_forgotten_people"
_LOOKS_EVERY = 2.0
"""Seconds between two looks at whom the vault has forgotten."""

_READ_MODELS: tuple[type[ReadModel[Any]], ...] = (
    Institutions,
    Personnel,
    Places,
    Accounts,
    SignIns,
    OrganisationUsers,
)


class IdentityContext(Context[Identity]):
    """Identity put together."""

    @cached_property
    def front_desk(self) -> FrontDesk:
        """What lets people in, with the key that signs for them: whoever only relays or reacts never reads it."""
        return FrontDesk(self.application.desk, principal_signer(self.installation.settings))

    def import_registry(self, file: BinaryIO, kind: RegistryFile, principal: Principal, tell: Tell) -> ImportSummary:
        """匯入 a file of the registry; raises what `adapters.registry_import` tells, and `LogUnsigned`."""
        self.heed_signing()
        now = self.clock()
        return import_registry(self.application, file, kind, principal, now, purpose=Purpose.TAKE, tell=tell)

    def try_registry(self, file: BinaryIO, kind: RegistryFile, principal: Principal, tell: Tell) -> ImportSummary:
        """試匯: as `import_registry`, with nothing stored."""
        now = self.clock()
        return import_registry(self.application, file, kind, principal, now, purpose=Purpose.TRY, tell=tell)

    def published_hospitals(self, counties: Iterable[str]) -> list[RecordInstitution]:
        """The published hospitals of these counties, of all where none is named."""
        wanted = set(counties)
        return [entry for entry in published_hospitals() if not wanted or entry.county in wanted]

    def enter_hospitals(
        self, entries: Iterable[RecordInstitution], programmes: Iterable[Programme], principal: Principal, tell: Tell
    ) -> ImportSummary:
        """Enter these, unless they are known, and have them take part in programmes in which they never were.

        Raises `LogUnsigned`.
        """
        self.heed_signing()
        return enter_hospitals(self.application, entries, programmes, principal, self.clock(), tell=tell)

    def invite(self, name: str, email: str, role: Role, county: str, principal: Principal) -> Outcome:
        """邀請帳號 of somebody who belongs to no institution; the mail leaves as soon as the notifier is at work."""
        command = InviteAccount(name, email, RightsEntry(role, jurisdiction=county))
        return self.handle(command, principal, f"shell/{uuid4()}", self.clock())

    def cards_of(self, holder: CardHolder, principal: Principal) -> list[CardEntry]:
        """憑證卡登記: the cards that are registered for a holder."""
        return cards_of_holder(self.application.desk, holder, principal)

    def withdraw_card(self, card: UUID, reason: CardEnd, principal: Principal) -> Outcome:
        """憑證卡註銷; raises the `Refusal` that says why not."""
        return self.handle(WithdrawCard(card, reason), principal, f"shell/{uuid4()}", self.clock())

    def operator_by_password(self, email: str, password: str) -> Principal:
        """The operator who proves to be one on this machine, as at the pages, and is signed out again.

        Refuses as a log-in does, and with `RoleNotAllowed` whoever is no operator.
        """
        now = self.clock()
        come_in: SignedIn = self.front_desk.handle(LogIn(email, password, _THIS_MACHINE), VISITOR, now)
        principal = self.front_desk.check(come_in.session, now).principal
        self.handle(SignOut(come_in.session_id), principal, f"shell/{come_in.session_id}", now)
        if principal.role is not Role.OPERATOR:
            raise RoleNotAllowed(roles=(Role.OPERATOR,))
        return principal

    def explained(self, refusal: Refusal, language: Language) -> str:
        """What is said to a refusal."""
        return WORDING.words(refusal.code, refusal.params, language)


@contextmanager
def identity_in(place: Installation, clock: Callable[[], datetime] = utc_now) -> Iterator[IdentityContext]:
    """Identity in an installation, ready; nothing works in it before `workers` are started."""
    with foundation(place, CONTEXT) as base, card_judge(base.database, place.settings.card_anchors) as judge:
        for tables in OWN_TABLES:
            tables(base.database)
        entrance = Entrance.over(
            base.database,
            place.vault,
            spoken,
            elsewhere=place.elsewhere,
            card_judge=judge,
            origin=origin_of_site(place.settings.site),
        )
        application = Identity(base.database, place.vault, entrance, give_way=place.give_way)
        try:
            application.record_forgotten(place.vault.forgotten(), clock())
            yield IdentityContext(
                **vars(base),
                application=application,
                model_types=_READ_MODELS,
                process_types=PROCESSES,
                clock=clock,
                errands={_FORGETTER: partial(_tell_of_forgotten, application, place.vault, clock)},
            )
        finally:
            application.close()
            entrance.close()


def _tell_of_forgotten(
    application: Identity, vault: Vault, clock: Callable[[], datetime], stop: threading.Event
) -> None:
    """Until `stop` is set, let nobody be in as a person whom the vault has forgotten, whoever had it forget them.

    The vault is asked, and not the log of the context that had it forget somebody: those contexts follow identity's
    log, and would be followed back.
    """
    told = 0

    def step() -> None:
        nonlocal told
        forgotten = vault.forgotten()
        if len(forgotten) > told:
            application.record_forgotten(forgotten[told:], clock())
            told = len(forgotten)
        stop.wait(_LOOKS_EVERY)

    persevere(_FORGETTER, stop, step, lambda: None)
