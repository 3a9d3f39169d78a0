"""Whether whoever opens the pages may read every message: only where nothing is sent, and nobody else comes."""

from __future__ import annotations

import pytest

from services.notifier.bootstrap import open_outbox_of
from shared.settings import load


@pytest.mark.parametrize("site", ["http://localhost:8000", "http://127.0.0.1:8000", "https://localhost"])
def test_the_outbox_is_open_on_the_machine_on_which_nothing_is_sent(site, tmp_path):
    settings = load({"CARETRAIL_VAR": str(tmp_path), "CARETRAIL_SITE": site})
    assert open_outbox_of(settings) == tmp_path / "outbox"


@pytest.mark.parametrize(
    "installed",
    [
        {"CARETRAIL_SITE": "https://kids.example.tw"},
        {"CARETRAIL_SITE": "https://localhost.example.tw"},
        {"CARETRAIL_SMTP": "smtp+plain://localhost:25"},
        {"CARETRAIL_SMS": "https://sms.example.tw/v1", "CARETRAIL_SMS_TOKEN": "token"},
    ],
)
def test_the_outbox_is_closed_where_others_come_or_anything_is_sent(installed, tmp_path):
    assert open_outbox_of(load({"CARETRAIL_VAR": str(tmp_path), **installed})) is None
