"""The committed words of every message, by name and version. A version that was sent never changes: make the next."""

from __future__ import annotations

import tomllib
from enum import StrEnum
from functools import cache
from importlib import resources

import msgspec

from services.notifier.events import Audience, Channel
from shared.decoding import converted
from shared.words import Language


class Blank(StrEnum):
    """What a parameter is, and so how it is written into the words."""

    TEXT = "text"
    DAY = "day"
    """a day, or the Taipei day of a moment, in ISO 8601"""
    MOMENT = "moment"
    """a moment with its zone, in ISO 8601"""
    WORD = "word"
    """a code that the catalogue has a word for"""
    LINK = "link"


class Words(msgspec.Struct, frozen=True):
    """One language: a mail has a subject and paragraphs, an SMS one text; a message has either, or both."""

    subject: str = ""
    paragraphs: tuple[str, ...] = ()
    sms: str = ""


class Frame(msgspec.Struct, frozen=True):
    """What stands around the words in one language: before the subject and the SMS, the greeting, the end of a mail."""

    prefix: str
    sms_prefix: str
    footer: tuple[str, ...]
    greetings: dict[Audience, str]


class MessageTemplate(msgspec.Struct, frozen=True, rename={"chinese": "zh-Hant", "english": "en"}):
    """A message's words in each language, and the blanks in them; `secret` names blanks nobody else may read."""

    frame: int
    audience: Audience
    parameters: dict[str, Blank]
    chinese: Words
    english: Words
    secret: tuple[str, ...] = ()

    def words(self, language: Language) -> Words:
        """The words in a language."""
        return self.chinese if language == Language.CHINESE else self.english

    @property
    def channels(self) -> frozenset[Channel]:
        """The ways by which the message can travel."""
        ways = {Channel.MAIL: self.chinese.paragraphs, Channel.SMS: self.chinese.sms}
        return frozenset(channel for channel, words in ways.items() if words)


class TemplateUnknown(LookupError):
    """This release has no such words: it is older than the message."""

    def __init__(self, name: str, version: int) -> None:
        super().__init__(f"no words for message {name!r}, version {version}: is this release older than the message?")


def versions() -> dict[str, int]:
    """The newest version of every message, by name."""
    newest: dict[str, int] = {}
    for file in (resources.files(__package__) / "templates").iterdir():
        name, version, _ = file.name.rsplit(".", 2)
        newest[name] = max(int(version), newest.get(name, 0))
    return newest


@cache
def newest_version(name: str) -> int:
    """The version that new messages of this name are made of; raises `TemplateUnknown`."""
    try:
        return versions()[name]
    except KeyError:
        raise TemplateUnknown(name, 0) from None


@cache
def template(name: str, version: int) -> MessageTemplate:
    """The words of a message; raises `TemplateUnknown`."""
    try:
        text = (resources.files(__package__) / "templates" / f"{name}.{version}.toml").read_text("utf-8")
    except FileNotFoundError:
        raise TemplateUnknown(name, version) from None
    return converted(tomllib.loads(text), MessageTemplate)


@cache
def frame(version: int, language: Language) -> Frame:
    """What stands around the words of messages that name this frame."""
    text = (resources.files(__package__) / "frames" / f"{version}.toml").read_text("utf-8")
    return converted(tomllib.loads(text)[language], Frame)
