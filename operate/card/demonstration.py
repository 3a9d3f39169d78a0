"""`caretrail card demo`: a site to log in to with cards that nobody has."""

from __future__ import annotations

import io
import sys
import threading
import time
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from operate.failures import Mistake
from operate.rehearsal.demo import Demo, ProgramEnded, card_demo
from operate.rehearsal.demo_cards import DOCTORS_ID, DOCTORS_MOBILE
from operate.rehearsal.pcsc import NoRehearsalPossible
from operate.serve import LOOK_SECONDS
from operate.session import Session, table
from shared.ending import Ending

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

    from operate.words import Words

_LONGEST_LINE = 100


class CardTold(msgspec.Struct):
    """A card of the demonstration, and the number of the reader it is in; 0 while it is in none."""

    name: str
    holder: str
    pin: str
    reader: int


class DemoTold(msgspec.Struct):
    """Where the demonstration is, and what is in it."""

    site: str
    agent: str
    readers: tuple[str, ...]
    cards: tuple[CardTold, ...]


def demo(
    context: typer.Context,
    *,
    port: Annotated[int | None, typer.Option("--port", min=1, max=65535)] = None,
) -> None:
    """A site with simulated cards in virtual readers, and the agent; cards are moved by what is typed."""
    session: Session = context.obj
    given = {name: value for name, value in session.environment.items() if not name.startswith("CARETRAIL_")}
    given["CARETRAIL_LANGUAGE"] = session.words.language
    session.note(session.words("card-demo.begins"))
    try:
        with Ending() as ending, card_demo(given, port or session.settings.port) as begun:
            _tell_demo(session, begun)
            threading.Thread(target=_move_cards, args=(session, begun), daemon=True).start()
            while not ending.is_told:
                time.sleep(LOOK_SECONDS)
    except NoRehearsalPossible as lack:
        raise Mistake("mistakes.no-rehearsal", missing=lack.missing) from None
    except ProgramEnded as fault:
        raise Mistake("mistakes.demo-program", program=fault.program) from None


def _tell_demo(session: Session, begun: Demo) -> None:
    """Where to go, what is in which reader, and what to try."""
    words = session.words
    cards = tuple(
        CardTold(card.name, card.holder, card.pin, begun.reader_of(card.name)) for card in begun.cards.values()
    )
    headings = [words(f"card-demo.{name}") for name in ("card", "holder", "pin", "reader")]
    rows = [(words(f"card-demo.{one.name}"), one.holder, one.pin or None, one.reader or None) for one in cards]
    ways = (
        *(
            words(
                f"card-demo.by-{name}",
                site=begun.site,
                reader=begun.slots[begun.reader_of(name) - 1].name,
                pin=begun.cards[name].pin,
            )
            for name in ("personnel", "institution")
        ),
        words("card-demo.by-nhi", site=begun.site, identifier=DOCTORS_ID, mobile=DOCTORS_MOBILE),
        words("card-demo.by-bureau", site=begun.site, **msgspec.structs.asdict(begun.bureau)),
    )
    session.show(
        DemoTold(begun.site, begun.agent, tuple(slot.name for slot in begun.slots), cards),
        words("card-demo.begun", site=begun.site),
        words("card-demo.simulated"),
        table(headings, rows),
        *ways,
        words("card-demo.move", names=", ".join(begun.cards), readers=len(begun.slots)),
        words("running.stop"),
    )
    sys.stdout.flush()


def _move_cards(session: Session, begun: Demo) -> None:
    """Do what is typed: a reader's number and a card's name, or `-` to leave the reader empty."""
    words = session.words
    for line in typed(sys.stdin or io.StringIO()):
        number, _, name = line.strip().partition(" ")
        if number not in {str(place) for place in range(1, len(begun.slots) + 1)} or name not in {"-", *begun.cards}:
            session.note(words("card-demo.not-understood", names=", ".join(begun.cards), readers=len(begun.slots)))
            continue
        try:
            session.note(_moved(begun, int(number), name, words))
        except OSError:
            session.note(words("card-refusals.reader-gone"))


def typed(given: TextIO) -> Iterator[str]:
    """Line by line; of a line that is longer than any with a meaning only how it begins, and the rest is dropped."""
    while line := given.readline(_LONGEST_LINE):
        rest = line
        while rest and not rest.endswith("\n"):
            rest = given.readline(_LONGEST_LINE)
        yield line


def _moved(begun: Demo, number: int, name: str, words: Words) -> str:
    """What is to be said of it once the card is where it was wanted."""
    if name == "-":
        begun.take_out(number)
        return words("card-demo.taken-out", reader=number)
    begun.put(number, name)
    return words("card-demo.put-in", card=words(f"card-demo.{name}"), reader=number)
