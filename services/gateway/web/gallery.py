"""Every component in every state on one page: what is looked at, and checked for accessibility, before pages use it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from services.gateway.web.areas import EVERYBODY, open_to

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

GALLERY = Blueprint("gallery", __name__)

_THEMES = frozenset({"light", "dark"})
"""What `?theme=` forces; without it the system's own is followed."""


@GALLERY.get("/design")
@open_to(EVERYBODY)
def gallery() -> ResponseReturnValue:
    """The components, on invented data."""
    theme = request.args.get("theme")
    return render_template("gallery/gallery.html", theme=theme if theme in _THEMES else None)
