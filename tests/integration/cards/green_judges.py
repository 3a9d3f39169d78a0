"""Green threads that judge cards, as in a Nameko service: `green_judges.py DSN SCHEMA ROLE FOLDER JUDGES`.

Each card in FOLDER/tokens is judged by every one of them; says how many were accepted.
"""

from __future__ import annotations

import os
import sys

os.environ["PSYCOPG_WAIT_FUNC"] = "wait_selector"

import eventlet

eventlet.monkey_patch()

from datetime import UTC, datetime  # noqa: E402 - after the patch, as in an entry point
from pathlib import Path  # noqa: E402

from shared.cards.anchors import read_anchors  # noqa: E402
from shared.cards.kept import KeptInTable  # noqa: E402
from shared.cards.revocation import RevocationNews  # noqa: E402
from shared.cards.verifier import CardVerifier  # noqa: E402
from shared.postgres import Database  # noqa: E402
from tests.controls.card_pki import NONCE, ORIGIN  # noqa: E402


def main(database: Database, folder: Path, judges: int) -> None:
    kept = KeptInTable(database)
    verifier = CardVerifier(read_anchors(folder / "anchors"), RevocationNews(kept))
    tokens = [file.read_text() for file in (folder / "tokens").iterdir()]

    def judge(_: int) -> int:
        return len([verifier.verify(token, ORIGIN, NONCE, datetime.now(UTC)) for token in tokens])

    sys.stdout.write(f"{sum(eventlet.GreenPool(judges).imap(judge, range(judges)))}\n")
    kept.close()


if __name__ == "__main__":
    main(Database(*sys.argv[1:4]), Path(sys.argv[4]), int(sys.argv[5]))
