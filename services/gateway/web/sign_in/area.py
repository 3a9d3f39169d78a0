"""The ways in and out."""

from services.gateway.web.areas import Area

SIGN_IN = Area("sign_in", __name__)
