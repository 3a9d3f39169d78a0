"""Matching as others reach it: a Nameko service."""

from services.matching.entrypoints.service import MatchingService

SERVICE = MatchingService
