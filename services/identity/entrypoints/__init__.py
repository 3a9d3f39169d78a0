"""Identity as others reach it: a Nameko service."""

from services.identity.entrypoints.service import IdentityService

SERVICE = IdentityService
