"""The use cases of matching: load, decide, save."""

from services.matching.application.desk import Desk
from services.matching.application.matching import Matching, Trace
from services.matching.application.outcome import Notice, Outcome, Result

__all__ = ["Desk", "Matching", "Notice", "Outcome", "Result", "Trace"]
