"""Cards are judged in green threads, where no event loop could run."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import pytest

from operate.rehearsal.pki import DAY, YEAR, Pki, personnel, write_anchors
from operate.rehearsal.responder import Responder
from shared.cards.kept import install
from shared.cards.profiles import CardKind
from shared.store import schema
from tests.controls.card_pki import NONCE, ORIGIN

pytestmark = pytest.mark.postgres
CARDS, JUDGES = 5, 12


def test_many_green_threads_judge_many_cards_at_once(database_dsn, tmp_path):
    now = datetime.now(UTC).replace(microsecond=0)
    pki = Pki(now - YEAR)
    database = schema.install(database_dsn, "cards")
    install(database)
    (tmp_path / "tokens").mkdir()
    with Responder(pki) as responder:
        write_anchors(responder.anchors(), tmp_path / "anchors")
        for number in range(CARDS):
            profile = responder.named_in(personnel("王小明", str(number)), CardKind.PERSONNEL)
            card = pki.issuer(CardKind.PERSONNEL).issue(profile, now - DAY, now + YEAR)
            (tmp_path / "tokens" / str(number)).write_text(card.token(ORIGIN, NONCE))
        script = [sys.executable, "-W", "ignore", "-m", "tests.integration.cards.green_judges"]
        arguments = [database.dsn, database.schema, str(database.role), str(tmp_path), str(JUDGES)]
        done = subprocess.run([*script, *arguments], check=True, timeout=60, capture_output=True, text=True)
    assert done.stdout == f"{CARDS * JUDGES}\n"
    with database.connect() as connection:
        assert connection.execute("select count(*) from card_news").fetchone() == (CARDS,)
