"""The use cases of matching: load, decide, save."""

from services.matching.application.desk import Desk
from services.matching.application.matching import UNTRACED, Matching, Trace
from services.matching.application.outcome import Notice, Outcome, Result

__all__ = ["UNTRACED", "Desk", "Matching", "Notice", "Outcome", "Result", "Trace"]
