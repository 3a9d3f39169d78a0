"""What people see of the register who come in by a card: themselves, or their institution's own staff."""

from services.gateway.web.practice import own_record, staff
from services.gateway.web.practice.area import PRACTICE

__all__ = ["PRACTICE", "own_record", "staff"]
