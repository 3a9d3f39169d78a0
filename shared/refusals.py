"""A refusal: what cannot be done, said by code, field and figures, so that each language can word it with the mend.

Here are those that every context can answer with; each context has its own beside them.
"""

from __future__ import annotations

import re
from typing import ClassVar


class Refusal(Exception):
    """Base of every answer "no" that a person can do something about.

    `code` is stable and kebab-case (`offer-not-yours` for `OfferNotYours`); `field` names the input at fault, dotted
    into lists (`preferences.1.doctor`), or is empty; `params` are the figures its message needs. The words live in the
    message catalogue of the context, one entry a code and language, and always say what to do next.
    """

    code: ClassVar[str]

    def __init_subclass__(cls) -> None:
        cls.code = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", cls.__name__).lower()

    def __init__(self, field: str = "", **params: object) -> None:
        self.field = field
        self.params = params
        figures = ", ".join(f"{name}={value}" for name, value in params.items())
        super().__init__(f"{self.code}{f' [{field}]' if field else ''}{f': {figures}' if figures else ''}")


class RoleNotAllowed(Refusal):
    """The caller's role never does this; `roles` do."""


class ProofNotAccepted(Refusal):
    """The caller may do this, but not as proved in this session; `accepted` are the proofs that count."""


class InvalidForm(Refusal):
    """Several fields are at fault; `refusals` lists every one of them."""

    def __init__(self, refusals: list[Refusal]) -> None:
        super().__init__("", fields=tuple(refusal.field for refusal in refusals))
        self.refusals = tuple(refusals)


class FieldMissing(Refusal):
    """The field has to be filled in."""


class TextTooLong(Refusal):
    """The field holds `given` characters and takes `limit`."""


class ChoiceUnknown(Refusal):
    """The field takes one of `choices`."""


class IdempotencyKeyReused(Refusal):
    """The idempotency key was used before, by someone else or for something else."""


class ChangedMeanwhile(Refusal):
    """Somebody else has changed this since the caller has seen it; it is at `version` now."""


class Busy(Refusal):
    """Others kept changing the same thing at this very moment; it may go better at once, so a process tries again."""


class LogUnsigned(Refusal):
    """What has happened could not be signed for `minutes` by now, so nothing more is recorded until it can be."""


class PersonGone(Refusal):
    """Somebody whom this is about has been forgotten, so nothing more can be said about them."""


def heed(objection: Refusal | None) -> None:
    """Raise the objection, where there is one."""
    if objection is not None:
        raise objection
