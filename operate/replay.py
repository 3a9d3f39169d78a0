"""`caretrail replay`: what a log would make of a read model, beside the live rows, and row by row what differs."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import msgspec
import typer

from operate.failures import Mistake, Status
from operate.followers import USUAL, labelled, named, opened
from operate.replay_apply import Proposed, confirmed, operator, proposed, said_of, told_proposal
from operate.replay_export import check, export
from operate.replaying import LIVE, workshop
from operate.revisions import revision
from operate.session import Session, table
from shared.inspection.keys import written
from shared.read_models.replay.applying import proposal, proposals
from shared.read_models.replay.other_code import OtherCode
from shared.read_models.replay.scratch import Scratch

if TYPE_CHECKING:
    from collections.abc import Callable

    from operate.replaying import Compared, Workshop
    from operate.words import Words
    from shared.read_models.filling import Progress
    from shared.read_models.replay.causes import Caused
    from shared.read_models.replay.scratch import Replay

_SHOWN = 20
_ROWS = {"added": "replay.row-added", "removed": "replay.row-removed", "changed": "replay.row-changed"}
_HEADINGS = (
    "replay.number",
    "replay.model",
    "replay.position",
    "replay.source",
    "replay.code",
    "replay.parked",
    "replay.made",
)


class Made(msgspec.Struct):
    """A replay. `archive` and `code` are empty where it was made of the live log and by this release's code."""

    number: int
    model: str
    log: str
    position: int
    parked: int
    archive: str
    code: str
    made_at: datetime | None


class Column(msgspec.Struct):
    """A column that differs, before and after; of what is about people neither is shown."""

    name: str
    hidden: bool
    before: str | None
    after: str | None


class Row(msgspec.Struct):
    """A row that differs: added, removed or changed, and the position that caused it, where one did."""

    kind: str
    key: list[str]
    position: int | None
    columns: list[Column]


class Differing(msgspec.Struct):
    """How a replay differs from the other side, which is at `position`; the first rows of those that do."""

    against: str
    position: int
    all_equal: bool
    equal: int
    added: int
    removed: int
    changed: int
    columns: dict[str, int]
    columns_only_before: list[str]
    columns_only_after: list[str]
    rows: list[Row]


class Replayed(msgspec.Struct):
    """A replay, and what differs where that was asked."""

    replay: Made
    difference: Differing | None = None
    passed_by: dict[str, int] = {}
    """Types of events that its code did not know, and how many there were of each."""
    proposal: Proposed | None = None

    @property
    def is_good(self) -> bool:
        """Whether nothing was to be compared, nothing differs, or what differed is in place now."""
        applied = self.proposal is not None and self.proposal.applied_at is not None
        return applied or self.difference is None or self.difference.all_equal


class Replays(msgspec.Struct):
    """The replays that there are, and what was ever proposed."""

    replays: list[Made]
    proposals: list[Proposed]


class _Asked(NamedTuple):
    """What is to be done with one model."""

    until: str | None
    diff: str | None
    export_to: Path | None
    archive: Path | None
    code: str | None
    skips_unknown: bool
    applies: bool
    by: str


def replay(  # noqa: PLR0913 - an option each
    context: typer.Context,
    *,
    model: Annotated[str | None, typer.Argument()] = None,
    of: Annotated[str, typer.Option("--context", metavar="NAME")] = USUAL,
    until: Annotated[str | None, typer.Option("--until", metavar="POSITION|TIME")] = None,
    diff: Annotated[str | None, typer.Option("--diff", metavar="live|REPLAY")] = None,
    export_to: Annotated[Path | None, typer.Option("--export", metavar="FILE")] = None,
    archive: Annotated[Path | None, typer.Option("--from", metavar="ARCHIVE")] = None,
    code: Annotated[str | None, typer.Option("--code", metavar="REVISION")] = None,
    skip_unknown: Annotated[bool, typer.Option("--skip-unknown")] = False,
    applies: Annotated[bool, typer.Option("--apply")] = False,
    confirms: Annotated[int | None, typer.Option("--confirm", metavar="PROPOSAL")] = None,
    by: Annotated[str, typer.Option("--by", metavar="MAIL")] = "",
    listed: Annotated[bool, typer.Option("--list")] = False,
    drop: Annotated[int | None, typer.Option("--drop", metavar="REPLAY")] = None,
) -> None:
    """Fold a log into a table of its own; with --diff, end with 1 where rows differ."""
    session: Session = context.obj
    if [model is not None, listed, drop is not None, confirms is not None].count(True) != 1:
        raise Mistake("mistakes.replay-what")
    if listed:
        _list(session, of)
    elif drop is not None:
        _drop(session, of, drop)
    elif confirms is not None:
        _confirm(session, of, confirms, by)
    else:
        _replay(session, of, str(model), _Asked(until, diff, export_to, archive, code, skip_unknown, applies, by))


def _replay(session: Session, of: str, name: str, asked: _Asked) -> None:
    _check(asked)
    with ExitStack() as leaving:
        composed = leaving.enter_context(opened(session.settings, of))
        model = named(composed, name)
        environment = None
        if asked.code is not None:
            environment = leaving.enter_context(revision(asked.code, session.settings.var, _noting(session)))
        place = leaving.enter_context(workshop(composed, model, asked.archive, environment))
        who = operator(session, composed.installation, asked.by) if asked.applies else None
        passed_by = _passed_by(place, asked)
        with session.progress() as watch:
            answer = _made_and_compared(session, place, asked, who, labelled(session.words, model, watch))
    answer.passed_by = passed_by
    told = [*_told_made(session.words, answer), *_told(session.words, answer.difference, asked.export_to)]
    if answer.proposal is not None:
        told.append(said_of(session.words, answer.proposal))
    session.show(answer, *told)
    if not answer.is_good:
        raise typer.Exit(Status.NO)


def _made_and_compared(
    session: Session, place: Workshop, asked: _Asked, who: str | None, progress: Progress
) -> Replayed:
    if asked.diff is None:
        return Replayed(_made(place.make(asked.until, progress)))
    with place.make_and_compare(asked.until, asked.diff, progress) as compared:
        answer = Replayed(_made(compared.replay), _differing(compared))
        if asked.export_to is not None:
            export(asked.export_to, compared.rows())
        if who is not None and not compared.differences.all_equal:
            answer.proposal = proposed(session, place, compared, who)
    return answer


def _passed_by(place: Workshop, asked: _Asked) -> dict[str, int]:
    """The types that other code does not know, where it is to pass them by."""
    if not asked.skips_unknown or not isinstance(place.folder, OtherCode):
        return {}
    place.folder.pass_by_unknown()
    return dict(place.folder.passed_by)


def _noting(session: Session) -> Callable[[str, dict[str, object]], None]:
    return lambda key, figures: session.note(session.words(key, **figures))


def _check(asked: _Asked) -> None:
    if asked.export_to is not None:
        check(asked.export_to)
        if asked.diff is None:
            raise Mistake("mistakes.export-without-diff")
    if asked.applies and (asked.diff, asked.until, asked.code, asked.archive) != (LIVE, None, None, None):
        raise Mistake("mistakes.apply-what")
    if asked.applies and not asked.by:
        raise Mistake("mistakes.replay-by-whom")
    if asked.skips_unknown and asked.code is None:
        raise Mistake("mistakes.skip-without-code")


def _confirm(session: Session, of: str, number: int, by: str) -> None:
    if not by:
        raise Mistake("mistakes.replay-by-whom")
    with opened(session.settings, of) as composed:
        model = named(composed, proposal(Scratch(composed.database), number).model)
        who = operator(session, composed.installation, by)
        with workshop(composed, model) as place, session.progress() as watch:
            found = confirmed(place, number, who, labelled(session.words, model, watch))
    session.show(found, said_of(session.words, found))


def _list(session: Session, of: str) -> None:
    with opened(session.settings, of) as composed:
        scratch = Scratch(composed.database)
        found, asked = scratch.list(), [told_proposal(one) for one in proposals(scratch)]
    words = session.words
    rows = [
        (one.number, one.model, one.position, one.archive or one.log, one.code or None, one.parked, one.made_at)
        for one in found
    ]
    told = table(map(words, _HEADINGS), rows) if rows else words("replay.none")
    session.show(Replays([_made(one) for one in found], asked), told, *(said_of(words, one) for one in asked))


def _drop(session: Session, of: str, number: int) -> None:
    with opened(session.settings, of) as composed:
        scratch = Scratch(composed.database)
        found = scratch.find(number)
        scratch.drop(found)
    session.show(Replayed(_made(found)), session.words("replay.dropped", number=number, model=found.model))


def _made(one: Replay) -> Made:
    return Made(one.number, one.model, one.log, one.position, one.parked, one.archive, one.code, one.made_at)


def _differing(compared: Compared) -> Differing:
    differences, counts = compared.differences, compared.differences.counts
    return Differing(
        against=compared.against,
        position=compared.position,
        all_equal=differences.all_equal,
        equal=counts.equal,
        added=counts.added,
        removed=counts.removed,
        changed=counts.changed,
        columns=counts.columns,
        columns_only_before=list(differences.shape.only_before),
        columns_only_after=list(differences.shape.only_after),
        rows=[_row(one) for one in compared.rows(_SHOWN)],
    )


def _row(one: Caused) -> Row:
    (kind, key, changes), position = one
    return Row(kind, [str(part) for part in key], position, [Column(*change) for change in changes])


def _told_made(words: Words, answer: Replayed) -> list[str]:
    made = answer.replay
    return [
        words("replay.made-to", number=made.number, model=made.model, position=made.position),
        *([words("replay.parked-so", count=made.parked)] if made.parked else []),
        *(words("replay.passed-by", type=name, count=count) for name, count in answer.passed_by.items()),
    ]


def _told(words: Words, found: Differing | None, export_to: Path | None) -> list[str]:
    if found is None:
        return []
    side = words("replay.live") if found.against == LIVE else words("replay.other", number=found.against)
    if found.all_equal:
        return [words("replay.equal", other=side, position=found.position, equal=found.equal)]
    counts = {"added": found.added, "removed": found.removed, "changed": found.changed, "equal": found.equal}
    more = sum((found.added, found.removed, found.changed)) - len(found.rows)
    return [
        words("replay.differs", other=side, position=found.position),
        words("replay.counts", **counts),
        *(words("replay.of-column", column=name, count=count) for name, count in found.columns.items()),
        *(words("replay.only-before", other=side, column=name) for name in found.columns_only_before),
        *(words("replay.only-after", column=name) for name in found.columns_only_after),
        *(line for row in found.rows for line in _told_row(words, row)),
        *([words("replay.more", count=more)] if more and export_to is None else []),
        *([words("replay.exported", path=export_to)] if export_to else []),
    ]


def _told_row(words: Words, row: Row) -> list[str]:
    caused = row.position
    cause = words("replay.caused", position=caused) if caused is not None else words("replay.uncaused")
    return [
        words(_ROWS[row.kind], key=written(row.key), cause=cause),
        *(
            words("replay.hidden-column", column=one.name)
            if one.hidden
            else words("replay.column", column=one.name, before=one.before or "–", after=one.after or "–")
            for one in row.columns
            if row.kind == "changed"
        ),
    ]
