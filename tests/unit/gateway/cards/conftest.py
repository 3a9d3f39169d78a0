"""Somebody with a card at the door, and identity's front desk behind it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.controls.remote import NOW, browser
from tests.unit.gateway.sign_in.conftest import FrontDesk, signed_in


class CardDesk(FrontDesk):
    """Identity as somebody with a card meets it."""

    def __init__(self):
        super().__init__()
        sent = self.answers["identity.request_code"]
        self.answers |= {
            "identity.ask_card_nonce": {
                "attempt": "secret of the card's attempt",
                "nonce": "bm9uY2U=",
                "expires_at": (NOW + timedelta(minutes=5)).isoformat(),
            },
            "identity.log_in_by_card": signed_in("practitioner"),
            "identity.log_in_by_nhi_card": signed_in("practitioner"),
            "identity.log_in_by_nhi_number": signed_in("practitioner"),
            "identity.ask_nhi_code": sent,
            "identity.verify_nhi_code": {"proof": "proof of the code", "expires_at": sent["expires_at"]},
        }


@pytest.fixture
def desk():
    return CardDesk()


@pytest.fixture
def visitor(desk):
    return browser(desk)
