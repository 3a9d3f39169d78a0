"""The published list of hospitals as entries of the registry: what a new installation can begin with.

The list names neither county nor district. The county is read from digits 3 and 4 of the code; a hospital whose digits
name none is left out, as somebody has to say where it lies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.identity.commands import RecordInstitution
from services.identity.events import InstitutionKind
from shared.taiwan.codes import hospitals
from shared.taiwan.places import county_of_institution

if TYPE_CHECKING:
    from collections.abc import Iterator


def published_hospitals() -> Iterator[RecordInstitution]:
    """One entry for each hospital of the list that a county can be given to."""
    for code, hospital in hospitals().items():
        county = county_of_institution(hospital.code)
        if county is not None:
            yield RecordInstitution(code, hospital.name, InstitutionKind.HOSPITAL, county.name)
