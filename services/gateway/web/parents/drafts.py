"""What a family has filled in so far, saved page by page: it can leave, and come back with phone and code."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import msgspec

from services.gateway.web.asking import caller
from services.gateway.web.parents.places import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

APPLICATION = "apply"
"""The draft of an application; that of a change is named after what it changes."""


@dataclass(frozen=True)
class Draft:
    """One form as typed, `fields` by their names, with the doctors chosen; `version` is the one last read.

    The empty version begins a draft where there is none. `sent_as` is the case that it led to, once it was sent.
    """

    kind: str
    fields: Mapping[str, str] = field(default_factory=dict)
    chosen: tuple[Place, ...] = ()
    sent_as: str = ""
    version: str = ""
    kept_until: str = ""

    @classmethod
    def opened(cls, kind: str) -> Self:
        """The caller's draft of this kind, or a new one."""
        kept = caller().ask("gateway.draft", {"kind": kind})
        if kept is None:
            return cls(kind)
        content = kept["content"]
        return cls(
            kind,
            fields=content["fields"],
            chosen=msgspec.convert(content["chosen"], tuple[Place, ...]),
            sent_as=content["sent_as"],
            version=kept["version"],
            kept_until=kept["expires_at"],
        )

    def saved(
        self,
        *,
        fields: Mapping[str, str] | None = None,
        chosen: Iterable[Place] | None = None,
        version: str | None = None,
    ) -> None:
        """Keep it with other answers; `version` is that of the page, if not this one. Raises `RemoteRefusal`."""
        content = {
            "fields": dict(self.fields if fields is None else fields),
            "chosen": [one.place for one in (self.chosen if chosen is None else chosen)],
            "sent_as": "",
        }
        self._save(content, self.version if version is None else version)

    def finished(self, case_no: str) -> None:
        """Keep nothing but what became of it, so that the form sent once more leads to the same case."""
        self._save({"fields": {}, "chosen": [], "sent_as": case_no}, self.version)

    def dropped(self) -> None:
        """Begin anew."""
        caller().deed("gateway.drop_draft", {"kind": self.kind})

    def _save(self, content: Mapping[str, Any], version: str) -> None:
        caller().deed("gateway.save_draft", {"kind": self.kind, "content": content, "based_on": version or None})
