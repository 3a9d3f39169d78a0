"""What coming in takes beside the log: the tables of codes, counts, passwords, questions and sessions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from services.identity.application.accounts.code_desk import CodeDesk
from services.identity.application.accounts.failure_counts import FailureCounts
from services.identity.application.accounts.keys import Keys
from services.identity.application.accounts.password_store import PARAMETERS, PasswordStore
from services.identity.application.accounts.question_desk import QuestionDesk, surprising
from services.identity.application.accounts.sessions import Sessions
from services.identity.application.accounts.windows import SendWindows
from services.identity.application.cards.card_desk import NO_CARDS, CardDesk
from services.identity.application.cards.nonces import CardNonces
from services.identity.application.nhi_cards.code_proofs import CodeProofs
from services.identity.domain.accounts.policies import POLICIES, policy_in_force
from shared.blocking import in_place
from shared.calendar import taipei_day
from shared.postgres import Connections

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from argon2 import Parameters

    from services.identity.application.accounts.question_desk import Speaker
    from services.identity.application.cards.card_desk import TokenJudge
    from services.identity.domain.accounts.policies import Policy
    from services.identity.messages.questions import Question
    from shared.blocking import Elsewhere
    from shared.postgres import Database
    from shared.vault.vault import Vault
    from shared.words import Language


@dataclass(frozen=True)
class Entrance:
    """One of each, over the same few connections."""

    connections: Connections
    keys: Keys
    windows: SendWindows
    codes: CodeDesk
    failures: FailureCounts
    passwords: PasswordStore
    questions: QuestionDesk
    sessions: Sessions
    cards: CardDesk
    proofs: CodeProofs
    policies: Sequence[Policy]

    @classmethod
    def over(  # noqa: PLR0913 - the last ones are a service's and the tests' own, with defaults
        cls,
        database: Database,
        vault: Vault,
        speak: Speaker,
        *,
        elsewhere: Elsewhere = in_place,
        policies: Sequence[Policy] = POLICIES,
        parameters: Parameters = PARAMETERS,
        think_of: Callable[[Language], Question] = surprising,
        card_judge: TokenJudge = NO_CARDS,
        origin: str = "",
    ) -> Self:
        """The entrance of this database, where `install` has made the tables."""
        connections, keys = Connections(database, name="caretrail accounts"), Keys(vault)
        return cls(
            connections,
            keys,
            SendWindows(connections),
            CodeDesk(connections, keys),
            FailureCounts(connections),
            PasswordStore(connections, elsewhere, parameters),
            QuestionDesk(connections, keys, speak, elsewhere, think_of),
            Sessions(connections, min(policy.seen_pause for policy in policies)),
            CardDesk(CardNonces(connections), card_judge, origin),
            CodeProofs(connections),
            policies,
        )

    def policy(self, now: datetime) -> Policy:
        """The policy in force on that Taipei day."""
        return policy_in_force(taipei_day(now), self.policies)

    def close(self) -> None:
        """Close the idle connections."""
        self.connections.close()
