"""The ways in by a card, and the check of a computer that is to read one."""

from services.gateway.web.cards import by_card, capacities, checking, nhi_card, nhi_codes, own_cards, ways
from services.gateway.web.cards.area import CARDS

__all__ = ["CARDS", "by_card", "capacities", "checking", "nhi_card", "nhi_codes", "own_cards", "ways"]
