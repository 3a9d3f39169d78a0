"""Support as others reach it: a Nameko service."""

from services.support.entrypoints.service import SupportService

SERVICE = SupportService
