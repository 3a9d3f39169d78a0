"""The use cases of the gateway: pages by command, and what is kept for people for a while beside the log."""

from services.gateway.application.gateway import Gateway

__all__ = ["Gateway"]
