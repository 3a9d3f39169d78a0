"""What a service refuses before its context is asked: a call that nobody signed, or a form that is none."""

from __future__ import annotations

from shared.refusals import Refusal


class PrincipalMissing(Refusal):
    """The call carries no signed principal, and not everybody may make it."""


class PrincipalForged(Refusal):
    """The principal was not signed by identity."""


class PrincipalStale(Refusal):
    """The principal was signed too long ago."""


class RequestTooLarge(Refusal):
    """The whole request has `given` bytes and may have `limit`."""


class FieldUnknown(Refusal):
    """The form has no such field."""


class FieldMalformed(Refusal):
    """The field holds something else than `expected`."""
