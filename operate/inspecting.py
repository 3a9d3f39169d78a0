"""What auditors' commands share: how events and values are told, what cannot be answered."""

from __future__ import annotations

import re
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from operate.failures import Mistake
from operate.session import taipei_time
from shared.events import event_name
from shared.inspection.asking import ModelUnknown
from shared.inspection.cells import Hidden
from shared.inspection.keys import KeyAmbiguous, KeyUnknown
from shared.inspection.why import ColumnUnknown, PageUnknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operate.words import Words
    from shared.inspection.cells import Cell
    from shared.inspection.events import Fact

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


@contextmanager
def mistakes_told() -> Iterator[None]:
    """What cannot be answered becomes a `Mistake` that says what there is."""
    try:
        yield
    except ModelUnknown as unknown:
        raise Mistake("mistakes.unknown-model", given=unknown.given, known=", ".join(unknown.near)) from None
    except KeyUnknown as unknown:
        key = "mistakes.unknown-row-near" if unknown.near else "mistakes.unknown-row"
        raise Mistake(key, given=unknown.given, form=unknown.form, near=", ".join(unknown.near)) from None
    except KeyAmbiguous as ambiguous:
        raise Mistake("mistakes.several-rows", given=ambiguous.given, rows=", ".join(ambiguous.rows)) from None
    except ColumnUnknown as unknown:
        raise Mistake("mistakes.unknown-column", given=unknown.given, known=", ".join(unknown.columns)) from None
    except PageUnknown as unknown:
        raise Mistake("mistakes.unknown-page", pages=unknown.pages) from None


def who_did(fact: Fact) -> str:
    """The role, the name or pseudonym, the institution and the proofs of whoever did it."""
    proved = f"({fact.assurance})" if fact.assurance else ""
    return " ".join(filter(None, (fact.role, fact.actor, fact.institution, proved)))


def named(fact: Fact) -> str:
    """An event on one line: its id, when it happened in Taipei, its name, and who did it."""
    return f"{fact.id}  {taipei_time(fact.time)}  {event_name(fact.type)}  {who_did(fact)}"


def valued(words: Words, cell: Cell) -> str:
    """A value as people read it; of what is hidden, that it is."""
    if cell.hidden is Hidden.SEALED:
        return words("why.sealed", whose=cell.whose)
    if cell.hidden is Hidden.PERSONAL:
        return words("why.personal")
    return plain(cell.value)


def plain(value: Any) -> str:
    """A value of JSON as people read it: moments by Taipei's clock."""
    if value is None:
        return "–"
    if isinstance(value, str) and value:
        return taipei_time(datetime.fromisoformat(value)) if _MOMENT.fullmatch(value) else value
    return msgspec.json.encode(value).decode()
