"""What is wrong with a command line: the parser says it in English only, the catalogue says it in each language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from operate.words import Words

_COMPLAINTS = {
    re.compile(pattern): key
    for pattern, key in {
        r"No such command '(?P<given>.*)'\. Did you mean (?P<known>.*)\?": "usage.unknown-command-near",
        r"No such command '(?P<given>.*)'\.": "usage.unknown-command",
        r"No such option: (?P<given>\S+) \(Possible options: (?P<known>.*)\)": "usage.unknown-option-near",
        r"No such option: (?P<given>\S+)": "usage.unknown-option",
        r"Got unexpected extra argument\(s\) \((?P<given>.*)\)": "usage.too-much",
        r"Missing command\.": "usage.no-command",
        r"Missing (?:option|argument) '(?P<name>[^']*)'\..*": "usage.missing",
        r"Option '(?P<name>.*)' requires an argument\.": "usage.no-value",
        r"Option '(?P<name>.*)' does not take a value\.": "usage.needless-value",
        r"Invalid value for '(?P<name>[^']*)': Input should be a valid integer.*": "usage.no-number",
        r"Invalid value for '(?P<name>[^']*)': .* greater than or equal to (?P<limit>.*)": "usage.too-small",
        r"Invalid value for '(?P<name>[^']*)': .* less than or equal to (?P<limit>.*)": "usage.too-large",
        r"Invalid value for '(?P<name>[^']*)': file '(?P<given>.*)' does not exist\.": "usage.no-file",
        r"Invalid value for '(?P<name>[^']*)': file '(?P<given>.*)' is a directory\.": "usage.directory",
        r"Invalid value for '(?P<name>[^']*)': file '(?P<given>.*)' is not readable\.": "usage.unreadable",
    }.items()
}
"""What the parser complains of, and the sentence for it."""


def complaint(said: str, words: Words) -> str:
    """The parser's complaint in the language of `words`; one that nobody foresaw stays as it was said."""
    for pattern, key in _COMPLAINTS.items():
        if found := pattern.fullmatch(said):
            return words(key, **found.groupdict())
    return said.rstrip(".")
