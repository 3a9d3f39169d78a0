"""The use cases of the notifier: queue a message, send what waits, see to what went wrong."""

from services.notifier.application.desk import Desk
from services.notifier.application.notifier import Notifier

__all__ = ["Desk", "Notifier"]
