"""Of one application, what concerns whoever looks at it: the applicant sees it as it is, others what was submitted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from shared.access import BUREAU
from shared.principal import Role

if TYPE_CHECKING:
    from services.support.read_models.applications import ApplicationRow, Entry
    from shared.principal import Principal


def as_concerns(row: ApplicationRow, principal: Principal) -> ApplicationRow:
    """The application with the lines, findings and files that concern the caller, who may see it.

    Whoever applies sees all of it, as it is being entered. To others it stands as it was submitted last: to the bureau
    that decides and to overseers whole, to a practitioner their own lines, and to a bureau that has a copy the lines at
    places of its county.
    """
    if _applies(row, principal):
        return row
    submitted = row.last_submitted or row.entries
    entries = tuple(entry for entry in submitted if _concerns(entry, row, principal))
    seen = {entry.id for entry in entries}
    return replace(
        row,
        entries=entries,
        practitioners=tuple(sorted({entry.practitioner for entry in entries})),
        findings=tuple(finding for finding in row.findings if finding.line in seen),
    )


def _applies(row: ApplicationRow, principal: Principal) -> bool:
    if principal.role is Role.PRACTITIONER:
        return row.practitioner in principal.acts_for
    return principal.role is Role.INSTITUTION and row.institution == principal.institution


def _concerns(entry: Entry, row: ApplicationRow, principal: Principal) -> bool:
    if principal.role is Role.PRACTITIONER:
        return entry.practitioner in principal.acts_for
    if principal.role in BUREAU.roles:
        return principal.jurisdiction in {row.county, entry.place.county}
    return True
