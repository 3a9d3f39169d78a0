"""Matching as others reach it: a Nameko service, and what `caretrail` hosts of it."""

from services.matching.bootstrap import matching_in
from services.matching.entrypoints.service import MatchingService
from shared.rpc.service import Hosted

HOSTED = Hosted(MatchingService, matching_in)
