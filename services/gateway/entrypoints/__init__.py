"""The gateway as the web front reaches it: a Nameko service."""

from services.gateway.entrypoints.service import GatewayService

SERVICE = GatewayService
