"""What every page with a form about a case or an enrolment shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import request

from services.gateway.web.faults import Faults

if TYPE_CHECKING:
    from services.gateway.web.parents.matters import Matter


def page_about(one: Matter, faults: Faults | None = None, **more: Any) -> dict[str, Any]:
    """Whose it is, what is wrong with the form, the key under which it is sent, and what the page shows besides."""
    found = faults or Faults()
    return {
        "case": one,
        "ref": one.ref,
        "heading": one.heading,
        "errors": found.errors,
        "whole": found.whole,
        "key": request.form.get("idempotency_key"),
        **more,
    }
