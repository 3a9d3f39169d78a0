"""Somebody at the door, and identity's front desk behind it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.controls.remote import NOW, Remote, browser, checked, refusal


class FrontDesk(Remote):
    """Identity as a visitor meets it: nobody is in, unless a test says so."""

    def __init__(self):
        super().__init__(
            {
                "identity.check_sessions": checked(None),
                "identity.ask_question": {
                    "token": "secret of the question",
                    "text": "哪兩個是水果？",
                    "expires_at": "",
                },
                "identity.request_code": {
                    "attempt": "secret of the attempt",
                    "expires_at": (NOW + timedelta(minutes=5)).isoformat(),
                    "resend_at": (NOW + timedelta(seconds=60)).isoformat(),
                    "digits": 6,
                    "tries": 3,
                },
                "identity.verify_code": signed_in("parent"),
                "identity.log_in": signed_in("doctor"),
            }
        )

    def refuses(self, method, code, field="", **params):
        self.answers[f"identity.{method}"] = lambda _: self.refuse(code, field, **params)

    def refuse(self, code, field="", **params):
        raise refusal(code, field, **params)

    def last(self, method):
        """What the last call of a method asked."""
        return next(asked for name, asked in reversed(self.asked) if name == f"identity.{method}")


def signed_in(role, device="known-as"):
    ends_at = (NOW + timedelta(hours=12)).isoformat()
    return {"session": "token", "session_id": "", "role": role, "ends_at": ends_at, "device": device}


def known(role, **more):
    return {"principal": "signed", "session_id": "mine", "role": role, "assurances": ["password"], **more}


@pytest.fixture
def desk():
    return FrontDesk()


@pytest.fixture
def visitor(desk):
    return browser(desk)
