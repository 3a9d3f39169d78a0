"""What an account may be, as its giver chooses: a role, and where that holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import request

from services.gateway.web.areas import BUREAUS, CLINICS
from services.gateway.web.asking import caller
from services.gateway.web.counties import county_choices
from services.gateway.web.faults import Faults
from shared.principal import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.rpc.wire import RemoteRefusal

_GIVEN: Mapping[Role, tuple[Role, ...]] = {
    Role.BUREAU_MANAGER: (Role.DOCTOR, Role.CASE_MANAGER, Role.BUREAU_OFFICER, Role.BUREAU_MANAGER),
    Role.OPERATOR: (Role.BUREAU_MANAGER, Role.INSURER_OFFICER, Role.OPERATOR, Role.AUDITOR),
}
"""Which roles a caller is offered to give; identity decides."""
_MOST_STAFF = 200


def roles_to_give() -> tuple[Role, ...]:
    """The roles that the caller may give."""
    return _GIVEN.get(caller().role, ())


def role_chosen(given: str) -> Role | None:
    """One of them, where it was chosen."""
    return next((role for role in roles_to_give() if role == given), None)


def choices_of(role: Role, institution: str) -> dict[str, Any]:
    """What the form of a role offers: for a clinic its place and who practises there, for a bureau the counties."""
    known, staff = None, []
    if role in CLINICS and institution:
        known = caller().ask("identity.institution", {"code": institution})
    if known:
        asked = {"institution": institution, "limit": _MOST_STAFF}
        staff = caller().ask("identity.personnel", asked)["entries"]
    own = caller().known
    return {
        "role": role,
        "is_clinic": role in CLINICS,
        "is_bureau": role in BUREAUS,
        "place": known,
        "institution": institution,
        "staff": staff,
        "counties": county_choices(),
        "own_county": own.jurisdiction if own else None,
    }


def rights_entered(role: Role) -> dict[str, object]:
    """The rights as identity takes them."""
    form, own = request.form, caller().known
    rights: dict[str, object] = {"role": role}
    if role in CLINICS:
        rights |= {"institution": form.get("institution", ""), "acts_for": form.getlist("rights.acts_for")}
    if role in BUREAUS:
        county = own.jurisdiction if own and own.jurisdiction else form.get("rights.jurisdiction", "")
        rights["jurisdiction"] = county
    return rights


def faults_of(refusal: RemoteRefusal) -> Faults:
    """The objections, those to one practitioner told of all."""
    faults = Faults()
    for name, sentence in Faults.of(refusal).sentences.items():
        faults.add("rights.acts_for" if name.startswith("rights.acts_for") else name, sentence)
    return faults
