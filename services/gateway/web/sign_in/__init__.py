"""The ways in and out."""

from services.gateway.web.sign_in.area import SIGN_IN

__all__ = ["SIGN_IN"]
