"""The use cases of matching: load, decide, save."""

from services.matching.application.desk import Desk
from services.matching.application.matching import Matching

__all__ = ["Desk", "Matching"]
