"""What the gateway refuses; the words are in `services/gateway/messages`, by language, with what to do next."""

from __future__ import annotations

from shared.refusals import Refusal


class PageUnknown(Refusal):
    """There is no such page."""


class PageNotYours(Refusal):
    """The page belongs to another agency: to that of `county`, or to the operators where that is empty."""


class PageChangedMeanwhile(Refusal):
    """Somebody has revised or withdrawn the page at `at`, after the caller had read it."""


class PageWithdrawnBefore(Refusal):
    """The page was withdrawn at `at`; whoever wants it back publishes a new one."""


class SlugMalformed(Refusal):
    """An address holds lower-case letters, digits, and single hyphens between them."""


class SlugTaken(Refusal):
    """Another page has this address."""


class EndsBeforeItBegins(Refusal):
    """The last day lies before the first, `valid_from`."""


class PersonUnknown(Refusal):
    """The caller came in without a person behind, as a program on the machine does: nothing can be kept for it."""


class DraftKindMalformed(Refusal):
    """A draft is named after its form, and may name a number after a slash."""


class DraftTooLarge(Refusal):
    """The draft has `given` bytes and may have `limit`."""


class DraftChangedMeanwhile(Refusal):
    """Somebody has saved the draft at `at`, after the caller had read it; or it is there no longer, and `at` is empty.

    With two windows open, that somebody is the same person.
    """


class TooManyDrafts(Refusal):
    """The caller has `most` drafts already."""


class PathMalformed(Refusal):
    """A form is held for a path of this site."""


class FormTooLarge(Refusal):
    """What was typed has `given` bytes and may have `limit`."""


class TooManyHeldForms(Refusal):
    """So much is held already, from this address or in all, that no more is taken before some of it expires."""


class HeldFormGone(Refusal):
    """Nothing is held under this token: it was given back, or its time is over."""


class QueueMalformed(Refusal):
    """A queue is named by lower-case letters and hyphens."""


class TooManyFilters(Refusal):
    """The caller has saved `most` filters of this queue already."""


class FilterMalformed(Refusal):
    """A saved filter holds codes, numbers, dates and places, and nothing by which a person could be found."""


class FilterNamesPerson(Refusal):
    """The name of a filter holds the number of a card, document or phone."""
