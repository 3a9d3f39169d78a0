"""Who asks: an identity with a role, where it holds, and how it was proved. A value passed in, never looked up."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.sealing import SubjectId


class Role(StrEnum):
    """What a person or a program may be towards Caretrail."""

    PARENT = "parent"
    """家長"""
    DOCTOR = "doctor"
    """院所「醫師」"""
    CASE_MANAGER = "case_manager"
    """院所「醫師個管」"""
    BUREAU_MANAGER = "bureau_manager"
    """衛生局「主管」"""
    BUREAU_OFFICER = "bureau_officer"
    """衛生局「個管」"""
    INSURER_OFFICER = "insurer_officer"
    """健保署承辦人"""
    PRACTITIONER = "practitioner"
    """醫事人員 for themselves, by card (S001)"""
    INSTITUTION = "institution"
    """醫事機構 by its own card: for all its own staff, never for another institution's (S001)"""
    INSTITUTION_MANAGER = "institution_manager"
    """機構管理者: says who uses which service there (S002)"""
    INSTITUTION_USER = "institution_user"
    """機構使用者: uses the services granted there (S002)"""
    CENTRE = "centre"
    """長照中心業務承辦人 by the government card: names the centre's managers (S002)"""
    CENTRE_MANAGER = "centre_manager"
    """長照中心管理者 by a citizen certificate (S002)"""
    CENTRE_USER = "centre_user"
    """照顧管理專員、督導: use the services granted at the centre (S002)"""
    OPERATOR = "operator"
    AUDITOR = "auditor"
    VISITOR = "visitor"
    """Nobody in particular: whoever has not come in yet."""
    PROCESS = "process"
    """Caretrail itself: a process manager acting on an event or a deadline."""


OF_ACCOUNTS = frozenset(
    {
        Role.DOCTOR,
        Role.CASE_MANAGER,
        Role.BUREAU_MANAGER,
        Role.BUREAU_OFFICER,
        Role.INSURER_OFFICER,
        Role.OPERATOR,
        Role.AUDITOR,
    }
)
"""Roles that are given with an account."""

OF_CARDS = frozenset(
    {
        Role.PRACTITIONER,
        Role.INSTITUTION,
        Role.INSTITUTION_MANAGER,
        Role.INSTITUTION_USER,
        Role.CENTRE,
        Role.CENTRE_MANAGER,
        Role.CENTRE_USER,
    }
)
"""Roles that follow from a card, from the register and from what an organisation grants: they have no account."""


class Service(StrEnum):
    """服務項目 that an organisation grants its users one by one (S002, S004)."""

    LTC_REFERRAL = "ltc_referral"
    """電子轉介平台"""
    LTC_REFERRAL_CENTRE = "ltc_referral_centre"
    """電子轉介平台_長照中心"""
    REFERRAL_ACCEPTANCE = "referral_acceptance"
    """電子轉診單_受理"""
    REFERRAL_QUERY = "referral_query"
    """電子轉診單_查詢"""
    REFERRAL_MANAGEMENT = "referral_management"
    """電子轉診單_管理"""
    CLAIMS = "claims"
    """醫療費用申報"""


class Assurance(StrEnum):
    """How the person was proved (IDENTITY §1). Not ordered: each command lists those it accepts."""

    OTP = "otp"
    PASSWORD = "password"  # noqa: S105 - the name of a way in, not a secret
    CARD_PIN = "card+pin"
    CARD_PASSWORD = "card+password"  # noqa: S105 - as above
    OTP_CARD_NUMBER = "otp+cardno"
    NONE = "none"
    """Not at all: a visitor."""
    MACHINE = "machine"
    """Whoever may run programs on the machine as Caretrail's own user: an operator, before there are accounts."""
    INTERNAL = "internal"
    """Caretrail's own processes."""


@dataclass(frozen=True)
class Principal:
    """An actor as proved at the edge.

    `subject` is the vault's pseudonym of the person (a parent's is that of the proved phone number); `institution` a
    10-digit institution code; `acts_for` the practitioner numbers in whose name a doctor or case manager works;
    `jurisdiction` the county (縣市, as in the districts table) of a health bureau or of a long-term care centre;
    `contacts` the digests (`shared.vault.contact_digests`) of phones and mail addresses that a parent proved besides,
    in the same session; `services` what an organisation grants its user.
    """

    id: str
    role: Role
    assurances: frozenset[Assurance]
    subject: SubjectId | None = None
    institution: str | None = None
    acts_for: frozenset[str] = field(default_factory=frozenset)
    jurisdiction: str | None = None
    contacts: frozenset[str] = field(default_factory=frozenset)
    services: frozenset[Service] = field(default_factory=frozenset)


VISITOR = Principal(id="visitor", role=Role.VISITOR, assurances=frozenset({Assurance.NONE}))
"""Who asks before coming in: no signed principal arrives with the request."""


def process(name: str) -> Principal:
    """The principal of a process manager, named after it."""
    return Principal(id=f"process/{name}", role=Role.PROCESS, assurances=frozenset({Assurance.INTERNAL}))
