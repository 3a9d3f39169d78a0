"""Who may do what: by role, and by how the person was proved. One table a context, `WHO_MAY`, is its policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.principal import Assurance, Role
from shared.refusals import ProofNotAccepted, RoleNotAllowed

if TYPE_CHECKING:
    from shared.principal import Principal
    from shared.refusals import Refusal


@dataclass(frozen=True)
class Party:
    """One side of a matter: its roles, and the proofs of identity that count for them (IDENTITY §1)."""

    roles: frozenset[Role]
    proofs: frozenset[Assurance]


WhoMay = Mapping[type, tuple[Party, ...]]
"""Every command of a context, and the parties that may give it."""

FAMILY = Party(frozenset({Role.PARENT}), frozenset({Assurance.OTP}))
CLINIC = Party(
    frozenset({Role.DOCTOR, Role.CASE_MANAGER}),
    frozenset({Assurance.PASSWORD, Assurance.CARD_PIN, Assurance.CARD_PASSWORD, Assurance.OTP_CARD_NUMBER}),
)
BUREAU = Party(
    frozenset({Role.BUREAU_MANAGER, Role.BUREAU_OFFICER}), frozenset({Assurance.PASSWORD, Assurance.CARD_PIN})
)
OPERATOR = Party(frozenset({Role.OPERATOR}), frozenset({Assurance.PASSWORD, Assurance.CARD_PIN}))
SHELL = Party(frozenset({Role.OPERATOR}), frozenset({Assurance.MACHINE}))
"""Whoever may read identity's own key on its machine: fills a fresh installation, before anybody has an account."""
INSURER = Party(frozenset({Role.INSURER_OFFICER}), frozenset({Assurance.PASSWORD, Assurance.CARD_PIN}))
AUDITOR = Party(frozenset({Role.AUDITOR}), frozenset({Assurance.PASSWORD, Assurance.CARD_PIN}))
PLATFORM = Party(frozenset({Role.PROCESS}), frozenset({Assurance.INTERNAL}))


def objection_to(principal: Principal, parties: tuple[Party, ...]) -> Refusal | None:
    """Why the caller is none of these parties, by role or by how this session was proved; None where it is one."""
    mine = [party for party in parties if principal.role in party.roles]
    if not mine:
        roles = {role for party in parties for role in party.roles}
        return RoleNotAllowed(roles=tuple(sorted(roles)))
    if not any(party.proofs & principal.assurances for party in mine):
        proofs = {proof for party in mine for proof in party.proofs}
        return ProofNotAccepted(accepted=tuple(sorted(proofs)))
    return None
