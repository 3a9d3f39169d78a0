"""Another child of the same birth: an application of its own, begun from what both share."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import redirect, url_for

from services.gateway.web.areas import FAMILIES
from services.gateway.web.holding import is_opened
from services.gateway.web.parents.answers import fields_for_twin
from services.gateway.web.parents.area import PARENTS
from services.gateway.web.parents.drafts import APPLICATION, Draft
from services.gateway.web.parents.matters import case_numbered
from services.gateway.web.rendering import show

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@PARENTS.page("/cases/<ref>/twin", FAMILIES, methods=("GET", "POST"))
def twin(ref: str) -> ResponseReturnValue:
    """What is taken over; an application that is still being filled in would be replaced, and that is said."""
    case = case_numbered(ref)
    draft = Draft.opened(APPLICATION)
    is_replacing = bool(draft.version) and not draft.sent_as
    if is_opened():
        return show("parents/twin.html", case=case, ref=ref, is_replacing=is_replacing)
    draft.saved(fields=fields_for_twin(case), chosen=case.choices)
    return redirect(url_for("parents.begin"), HTTPStatus.SEE_OTHER)
