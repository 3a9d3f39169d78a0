"""維運主控台: what operators and auditors look at, above all the log itself."""

from services.gateway.web.console import events, health, parked, policies, tracing, why
from services.gateway.web.console.area import CONSOLE

__all__ = ["CONSOLE", "events", "health", "parked", "policies", "tracing", "why"]
