"""The use cases of a context: every command is checked, decided, stored and answered once, in one way for all."""

from shared.application.handling import UNTRACED, ContextApplication, Trace
from shared.application.outcome import Decision, Notice, Outcome, Result

__all__ = ["UNTRACED", "ContextApplication", "Decision", "Notice", "Outcome", "Result", "Trace"]
