"""Who edited a page, as those who answer for it are told: by name and role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.gateway.web.asking import caller
from services.gateway.web.rendering import label, t
from services.gateway.web.wording import UNANSWERED
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ACCOUNT = "account/"
_PLATFORM = "process/"


def editors_named(editors: Iterable[str]) -> Mapping[str, str]:
    """Each of these principals in words; an account of another agency is no more than that."""
    return {one: _named(one) for one in set(editors)}


def _named(editor: str) -> str:
    if editor.startswith(_PLATFORM):
        return t("notices.history.platform")
    if not editor.startswith(_ACCOUNT):
        return t("notices.history.on-the-machine")
    try:
        found = caller().ask("identity.account", {"account_id": editor.removeprefix(_ACCOUNT)})
    except (RemoteRefusal, *UNANSWERED):
        return t("notices.history.elsewhere")
    name = found["holder"]["name"] if found["holder"] else t("notices.history.forgotten")
    return t("notices.history.person", name=name, role=label(found["role"]))
