"""憑證登入: the ways in of those who hold a card, and what cards need of a computer."""

from services.gateway.web.areas import Area

CARDS = Area("cards", __name__)
