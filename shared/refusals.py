"""A refusal: what cannot be done, said by code, field and figures, so that each language can word it with the mend."""

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
