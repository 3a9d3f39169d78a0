"""Where people are led once they are in: back to the page that they came from, or to the first page of their role."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask import request

from shared.principal import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

BACK = "back"
"""The parameter that names the page to lead back to."""

_LENGTH_LIMIT = 2_000
_NO_PLAIN_PATH = re.compile(r"[\x00-\x20\\\x7f-\x9f]")
"""What browsers leave out of an address, or take for a slash: `/\\t/evil` and `/\\evil` would lead to another site."""

_FIRST_PAGES: Mapping[Role, str] = {
    Role.PARENT: "/cases",
    Role.DOCTOR: "/clinic",
    Role.CASE_MANAGER: "/clinic",
    Role.BUREAU_MANAGER: "/bureau",
    Role.BUREAU_OFFICER: "/bureau",
    Role.OPERATOR: "/accounts",
    Role.AUDITOR: "/accounts",
    Role.PRACTITIONER: "/support",
    Role.INSTITUTION: "/support",
    Role.INSTITUTION_MANAGER: "/organisation",
    Role.INSTITUTION_USER: "/services",
    Role.CENTRE: "/organisation",
    Role.CENTRE_MANAGER: "/organisation",
    Role.CENTRE_USER: "/services",
}


def landing(role: Role) -> str:
    """The first page of a role."""
    return _FIRST_PAGES.get(role, "/")


def path_back(form: Mapping[str, str]) -> str:
    """The page of this site to be led back to, as the form or the address says; empty for none, or another site's."""
    return path_on_this_site(form.get(BACK) or request.args.get(BACK, ""))


def path_on_this_site(given: str) -> str:
    """The path, where it is one; empty for whatever a browser could take for an address elsewhere."""
    is_path = given.startswith("/") and not given.startswith("//") and len(given) <= _LENGTH_LIMIT
    return given if is_path and not _NO_PLAIN_PATH.search(given) else ""
