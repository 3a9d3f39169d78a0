"""The ways in and out."""

from services.gateway.web.sign_in import by_password, by_phone, links, own_account, questions
from services.gateway.web.sign_in.area import SIGN_IN

__all__ = ["SIGN_IN", "by_password", "by_phone", "links", "own_account", "questions"]
