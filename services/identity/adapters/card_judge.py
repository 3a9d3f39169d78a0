"""Who judges the tokens of cards in an installation: by the CAs of its folder, with news kept in a table."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from shared.cards.anchors import AnchorsUnusable, read_anchors
from shared.cards.kept import KeptInTable
from shared.cards.revocation import RevocationNews
from shared.cards.verifier import CardVerifier
from shared.settings import SettingRefused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shared.cards.anchors import Anchors
    from shared.postgres import Database


@contextmanager
def card_judge(database: Database, folder: Path) -> Iterator[CardVerifier]:
    """For a database in which `shared.cards.kept.install` has made the table.

    Where there is no folder no card is accepted; raises `SettingRefused` for one that holds anything else than anchors.
    """
    kept = KeptInTable(database)
    try:
        yield CardVerifier(_anchors(folder), RevocationNews(kept))
    finally:
        kept.close()


def _anchors(folder: Path) -> Anchors:
    try:
        return read_anchors(folder)
    except AnchorsUnusable as fault:
        raise SettingRefused("CARETRAIL_CARD_ANCHORS", str(fault)) from None
