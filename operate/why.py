"""`caretrail why`: the events behind a row, in order, and what each of them made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from operate.contexts import contexts
from operate.failures import Status
from operate.followers import USUAL, opened
from operate.inspecting import mistakes_told, named, valued
from operate.places import place_in
from operate.session import Session, table
from operate.shell import at_the_shell
from shared.context import utc_now
from shared.inspection.asking import Inspection, Patience
from shared.inspection.why import Asked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from operate.words import Words
    from shared.inspection.story import Episode
    from shared.inspection.why import Why


def why(  # noqa: PLR0913 - an option each
    context: typer.Context,
    *,
    model: Annotated[str, typer.Argument()],
    key: Annotated[str, typer.Argument()],
    column: Annotated[str | None, typer.Argument()] = None,
    until: Annotated[str | None, typer.Option("--until")] = None,
    page: Annotated[int | None, typer.Option("--page", min=1)] = None,
    of: Annotated[str, typer.Option("--context", metavar="NAME")] = USUAL,
) -> None:
    """Tell why a row is so; ends with 1 where the live row is not what its events make of it."""
    session: Session = context.obj
    owner, name = _owner_of(model, of)
    with opened(session.settings, owner) as composed, session.progress() as watch, mistakes_told():

        def progress(stage: str, done: int, total: int) -> None:
            watch(session.words(f"stages.{stage}"), done, total)

        inspection = Inspection(composed, Patience(progress=progress))
        position = _position(inspection, name, until)
        found = inspection.why(name, Asked(key, column, position, page), at_the_shell(), utc_now())
    session.show(found, *_told(session.words, found))
    if found.equal is False:
        raise typer.Exit(Status.NO)


def _owner_of(model: str, of: str) -> tuple[str, str]:
    """The context and the model: `notifier.outgoing` names both."""
    owner, _, name = model.partition(".")
    return (owner, name) if name and owner in contexts() else (of, model)


def _position(inspection: Inspection, model: str, until: str | None) -> int | None:
    if until is None:
        return None
    place = place_in(until)
    return place if isinstance(place, int) else inspection.position_at(model, place)


def _told(words: Words, found: Why) -> Iterator[RenderableType]:
    yield words("why.row", model=f"{found.context}.{found.model}", key=found.key, position=found.position)
    if found.exists:
        yield table((), [(cell.column, valued(words, cell)) for cell in found.cells])
    else:
        yield words("why.no-row")
    yield ""
    for cause in found.causes:
        yield words("why.cause", event=named(cause))
    for episode in found.episodes:
        yield from _told_episode(words, episode)
    yield ""
    yield _sum(words, found)
    if found.pages > 1:
        yield words("why.page", page=found.page, pages=found.pages)
    yield _verdict(words, found)
    yield words("why.noted")


def _told_episode(words: Words, episode: Episode) -> Iterator[str]:
    fact = episode.fact
    yield f"{named(fact)}  {words(f'effects.{episode.effect}')}"
    if episode.error:
        yield f"    {episode.error}"
    for change in episode.changes:
        before, after = valued(words, change.before), valued(words, change.after)
        name = change.after.column
        if change.kept:
            yield f"    {name}: {words('why.kept', count=change.kept)} {before} → {after}"
        else:
            yield f"    {name}: {before} → {after}"
    belongs = (("why.cause-is", fact.cause), ("why.request-is", fact.correlation), ("why.policy-is", fact.policy))
    yield "    " + "  ".join(words(key, given=given) for key, given in belongs if given)


def _sum(words: Words, found: Why) -> str:
    if found.column is not None:
        return words("why.decided-column", count=len(found.episodes), column=found.column, others=found.others)
    return words("why.decided", count=len(found.episodes), others=found.others)


def _verdict(words: Words, found: Why) -> str:
    if found.equal is None:
        return words("why.not-compared" if found.live is not None else "why.no-live-rows")
    if found.equal:
        return words("why.equal", position=found.position)
    return words("why.differs", position=found.position, columns=", ".join(found.differing))
