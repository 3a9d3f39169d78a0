"""The notifier as others reach it: a Nameko service."""

from services.notifier.entrypoints.service import NotifierService

SERVICE = NotifierService
