"""What health bureaus see: the cases of their county, and what waits for them."""

from services.gateway.web.bureau import board, cases, invitations, record, statistics, taking_part
from services.gateway.web.bureau.area import BUREAU

__all__ = ["BUREAU", "board", "cases", "invitations", "record", "statistics", "taking_part"]
