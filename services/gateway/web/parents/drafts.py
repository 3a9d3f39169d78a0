"""What a family has filled in so far, saved page by page: it can leave, and come back with phone and code."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from services.gateway.web.asking import caller

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

APPLICATION = "apply"
"""The draft of an application; that of a change is named after what it changes."""


@dataclass(frozen=True)
class Chosen:
    """志願: a doctor, with the names under which the family chose."""

    institution: str
    doctor: str
    institution_name: str
    doctor_name: str

    def is_same(self, other: Chosen) -> bool:
        """Whether both are the same doctor at the same institution."""
        return (self.institution, self.doctor) == (other.institution, other.doctor)


@dataclass(frozen=True)
class Sent:
    """What became of a draft: the case that it led to, and the key under which it was sent."""

    case_no: str
    key: str


@dataclass(frozen=True)
class Draft:
    """One form as typed, `fields` by their names, with the doctors chosen; `version` is the one last read.

    The empty version begins a draft where there is none.
    """

    kind: str
    fields: Mapping[str, str] = field(default_factory=dict)
    chosen: tuple[Chosen, ...] = ()
    sent: Sent | None = None
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
            chosen=tuple(Chosen(**one) for one in content["chosen"]),
            sent=Sent(**content["sent"]) if content["sent"] else None,
            version=kept["version"],
            kept_until=kept["expires_at"],
        )

    def saved(
        self, *, fields: Mapping[str, str] | None = None, chosen: Iterable[Chosen] | None = None, version: str = ""
    ) -> None:
        """Keep it with other answers; `version` is the one that the page was made from. Raises `RemoteRefusal`."""
        content = {
            "fields": dict(self.fields if fields is None else fields),
            "chosen": [vars(one) for one in (self.chosen if chosen is None else chosen)],
            "sent": None,
        }
        self._save(content, version or self.version)

    def finished(self, sent: Sent) -> None:
        """Keep nothing but what became of it, so that the form sent once more leads to the same case."""
        self._save({"fields": {}, "chosen": [], "sent": vars(sent)}, self.version)

    def dropped(self) -> None:
        """Begin anew."""
        caller().deed("gateway.drop_draft", {"kind": self.kind})

    def _save(self, content: Mapping[str, Any], version: str) -> None:
        caller().deed("gateway.save_draft", {"kind": self.kind, "content": content, "based_on": version or None})
