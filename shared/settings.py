"""Settings: everything that may differ between two installations, read once, from one mapping, at the composition root.

Nothing else reads the environment. Without any variable Caretrail runs embedded: one process, its own PostgreSQL, all
data under `var/`. docs/operators/settings.md explains each variable; a test keeps it complete.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import SplitResult, urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from shared.taiwan.contacts import MalformedEmailAddress, parse_email_address
from shared.vault.key_cache import CACHED_KEYS
from shared.words import Language

if TYPE_CHECKING:
    from collections.abc import Mapping

Choice = TypeVar("Choice", bound=StrEnum)

_PREFIX = "CARETRAIL_"
_DATABASE = "CARETRAIL_DATABASE_"
_VAULT = f"{_DATABASE}VAULT"
_FILE = "_FILE"
_POSTGRESQL_PORT = 5432
_LAST_PORT = 65535
LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""The names of this very machine, which nobody else reaches it by."""


class LogFormat(StrEnum):
    """How log lines are written: for a person at a terminal, or for a program that collects them."""

    CONSOLE = "console"
    JSON = "json"


class LogLevel(StrEnum):
    """The least severe lines that are written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Needed(StrEnum):
    """How many operators it takes to put replayed rows in place of the live ones."""

    ONE = "one"
    TWO = "two"


class SettingRefused(ValueError):
    """A variable cannot be used; the message names it and says what to give instead."""

    def __init__(self, variable: str, mend: str) -> None:
        super().__init__(f"{variable}: {mend}")
        self.variable = variable


@dataclass(frozen=True)
class Settings:
    """One installation's choices. Secrets never show in its repr."""

    var: Path
    """Where data, keys and the embedded database live."""
    databases: Mapping[str, str] = field(repr=False)
    """Connection strings by context, and one for `vault`; empty means the embedded PostgreSQL."""
    broker: str | None = field(repr=False)
    """The AMQP address of RabbitMQ; None means the in-process transport."""
    master_keys: str = field(repr=False)
    """The master keys themselves, lines of `id:base64`; empty means they are in `master_keys_file`."""
    master_keys_file: Path
    checkpoint_key_file: Path
    principal_key_file: Path
    """With what identity signs principals."""
    principal_public_key_file: Path | None
    """With what the other services read them; None where they find identity's own file."""
    unsigned_seconds: int
    """For so long a log may go without a signature before commands are refused and nothing more is published."""
    forgotten_ledger: Path
    cached_keys: int
    """How many people's unwrapped data keys a process keeps in memory."""
    site: str
    """The address of the pages, as people know it: links in messages begin with it, codes are bound to it."""
    listen: str
    """The address of this machine at which the pages are served."""
    port: int
    """0 takes any that is free."""
    proxies: int
    """How many reverse proxies stand before the pages and name in `X-Forwarded-For` who came to them."""
    api_rate: int
    """How many requests a minute the API takes from one caller."""
    card_anchors: Path
    """The folder of the CAs whose cards are accepted; without it none are."""
    web_key_file: Path
    """With what the web front signs what browsers keep for a while."""
    smtp: str | None = field(repr=False)
    """The address of the mail server; None means that mail is put into the local outbox."""
    mail_sender: str
    sms: str | None = field(repr=False)
    """The address of the SMS provider; None means that SMS are put into the local outbox."""
    sms_token: str = field(repr=False)
    register_drop: str | None = field(repr=False)
    """Where the insurer fetches register files: a folder, or the address of one by SFTP; None means one under `var`."""
    register_host_key: str
    """The public key of the SFTP server, by which it is known."""
    register_login_key_file: Path | None
    """With what we sign in at the SFTP server, where that takes keys."""
    register_key_file: Path
    """With what register files are signed."""
    traces: str | None
    """The address of the OpenTelemetry collector that spans go to; None means that none are recorded."""
    apply_needs: Needed
    language: Language
    log_format: LogFormat
    log_level: LogLevel

    @property
    def blobs(self) -> Path:
        """The folder of the files that events name."""
        return self.var / "blobs"

    @property
    def is_embedded(self) -> bool:
        """Whether Caretrail brings its own PostgreSQL."""
        return not self.databases

    @property
    def is_for_this_machine(self) -> bool:
        """Whether the pages are at an address that leads nowhere but to this machine."""
        return urlsplit(self.site).hostname in LOOPBACK

    def database(self, context: str) -> str:
        """The connection string of a context, or of `vault`, where `databases` are given; raises `SettingRefused`."""
        try:
            return self.databases[context]
        except KeyError:
            variable = f"{_DATABASE}{context.upper()}"
            raise SettingRefused(variable, f"say in which database {context} lives, as other contexts' are") from None


VARIABLES = (
    "CARETRAIL_VAR",
    "CARETRAIL_BROKER",
    "CARETRAIL_MASTER_KEYS",
    "CARETRAIL_MASTER_KEYS_FILE",
    "CARETRAIL_CHECKPOINT_KEY_FILE",
    "CARETRAIL_PRINCIPAL_KEY_FILE",
    "CARETRAIL_PRINCIPAL_PUBLIC_KEY_FILE",
    "CARETRAIL_UNSIGNED_SECONDS",
    "CARETRAIL_FORGOTTEN_LEDGER",
    "CARETRAIL_CACHED_KEYS",
    "CARETRAIL_SITE",
    "CARETRAIL_LISTEN",
    "CARETRAIL_PORT",
    "CARETRAIL_PROXIES",
    "CARETRAIL_API_RATE",
    "CARETRAIL_CARD_ANCHORS",
    "CARETRAIL_WEB_KEY_FILE",
    "CARETRAIL_SMTP",
    "CARETRAIL_MAIL_SENDER",
    "CARETRAIL_SMS",
    "CARETRAIL_SMS_TOKEN",
    "CARETRAIL_REGISTER_DROP",
    "CARETRAIL_REGISTER_HOST_KEY",
    "CARETRAIL_REGISTER_LOGIN_KEY_FILE",
    "CARETRAIL_REGISTER_KEY_FILE",
    "CARETRAIL_APPLY_NEEDS",
    "CARETRAIL_LANGUAGE",
    "CARETRAIL_LOG_FORMAT",
    "CARETRAIL_LOG_LEVEL",
)
"""Every variable there is, beside one `CARETRAIL_DATABASE_<CONTEXT>` a context."""

TRACES = "OTEL_EXPORTER_OTLP_ENDPOINT"
"""The one variable that is not ours by name."""

SECRETS = ("CARETRAIL_BROKER", "CARETRAIL_SMTP", "CARETRAIL_SMS_TOKEN", "CARETRAIL_REGISTER_DROP")
"""Variables that hold a secret, beside the addresses of databases: `<VARIABLE>_FILE` may name a file that has it."""


def load(environment: Mapping[str, str]) -> Settings:
    """The settings in a mapping such as `os.environ`; an empty value counts as none. Raises `SettingRefused`."""
    named = {name: value for name, value in environment.items() if name.startswith(_PREFIX) and value}
    given = _with_secrets(named)
    _refuse_unknown(given)
    var = _path(given, "CARETRAIL_VAR", Path("var"))
    databases = _databases(given)
    return Settings(
        var=var,
        databases=databases,
        broker=_broker(given),
        master_keys=_master_keys(given),
        master_keys_file=_path(given, "CARETRAIL_MASTER_KEYS_FILE", var / "keys" / "master.keys"),
        checkpoint_key_file=_path(given, "CARETRAIL_CHECKPOINT_KEY_FILE", var / "keys" / "checkpoint.key"),
        principal_key_file=_path(given, "CARETRAIL_PRINCIPAL_KEY_FILE", var / "keys" / "principal.key"),
        principal_public_key_file=_optional_path(given, "CARETRAIL_PRINCIPAL_PUBLIC_KEY_FILE"),
        unsigned_seconds=_count(given, "CARETRAIL_UNSIGNED_SECONDS", 3600),
        forgotten_ledger=_path(given, "CARETRAIL_FORGOTTEN_LEDGER", var / "vault" / "forgotten.jsonl"),
        cached_keys=_count(given, "CARETRAIL_CACHED_KEYS", CACHED_KEYS),
        site=_site(given),
        listen=given.get("CARETRAIL_LISTEN", "127.0.0.1"),
        port=_port(given),
        proxies=_count(given, "CARETRAIL_PROXIES", 0, least=0),
        api_rate=_count(given, "CARETRAIL_API_RATE", 600, least=1),
        card_anchors=_path(given, "CARETRAIL_CARD_ANCHORS", var / "cards" / "anchors"),
        web_key_file=_path(given, "CARETRAIL_WEB_KEY_FILE", var / "keys" / "web.key"),
        smtp=_smtp(given),
        mail_sender=_mail_sender(given),
        sms=_sms(given),
        sms_token=given.get("CARETRAIL_SMS_TOKEN", ""),
        register_drop=_register_drop(given),
        register_host_key=given.get("CARETRAIL_REGISTER_HOST_KEY", ""),
        register_login_key_file=_optional_path(given, "CARETRAIL_REGISTER_LOGIN_KEY_FILE"),
        register_key_file=_path(given, "CARETRAIL_REGISTER_KEY_FILE", var / "keys" / "register.key"),
        traces=_traces(environment),
        apply_needs=_choice(given, "CARETRAIL_APPLY_NEEDS", Needed.TWO if databases else Needed.ONE),
        language=_choice(given, "CARETRAIL_LANGUAGE", Language.CHINESE),
        log_format=_choice(given, "CARETRAIL_LOG_FORMAT", LogFormat.CONSOLE),
        log_level=_choice(given, "CARETRAIL_LOG_LEVEL", LogLevel.INFO),
    )


def _with_secrets(named: Mapping[str, str]) -> dict[str, str]:
    """The same variables, with what is in the file in place of each `<VARIABLE>_FILE` that names a secret's."""
    given = dict(named)
    for name in named:
        variable = name.removesuffix(_FILE)
        if variable != name and (variable in SECRETS or variable.startswith(_DATABASE)):
            if variable in named:
                raise SettingRefused(variable, f"it is given beside {name}: leave one of them")
            given[variable] = _secret(name, Path(given.pop(name)))
    return given


def _secret(name: str, file: Path) -> str:
    try:
        secret = file.read_text(encoding="utf-8").strip()
    except OSError as fault:
        raise SettingRefused(name, f"{file} cannot be read ({fault.strerror}): put the secret there") from None
    except UnicodeDecodeError:
        # Not chained: the original would carry what is in the file into tracebacks.
        raise SettingRefused(name, f"{file} is not text: put the secret there, on a line") from None
    if not secret or "\n" in secret:
        raise SettingRefused(name, f"{file} does not hold one line: put the secret there, and nothing else")
    return secret


def _refuse_unknown(given: Mapping[str, str]) -> None:
    for name in given:
        if name not in VARIABLES and not name.startswith(_DATABASE):
            near = difflib.get_close_matches(name, [*VARIABLES, _VAULT], n=1)
            raise SettingRefused(name, f"there is no such setting{f'; did you mean {near[0]}?' if near else ''}")


def _databases(given: Mapping[str, str]) -> dict[str, str]:
    databases = {}
    for name in sorted(given):
        if name.startswith(_DATABASE):
            databases[name.removeprefix(_DATABASE).lower()] = given[name]
            _refuse_malformed(name, given[name])
    if databases and "vault" not in databases:
        raise SettingRefused(_VAULT, "give the vault a database of its own, as the contexts have theirs")
    for context, dsn in databases.items():
        if context != "vault" and _place(dsn) == _place(databases["vault"]):
            raise SettingRefused(_VAULT, f"it is the database of {context}: give the vault one that holds nothing else")
    return databases


def _refuse_malformed(name: str, dsn: str) -> None:
    try:
        parts = conninfo_to_dict(dsn)
    except ProgrammingError:
        parts = {}  # the parser's own message would quote the password
    if not parts.get("dbname"):
        raise SettingRefused(name, "give a PostgreSQL address with a database, as in postgresql://user@host/matching")


def _place(dsn: str) -> tuple[object, ...]:
    parts = conninfo_to_dict(dsn)
    return parts.get("host"), str(parts.get("port") or _POSTGRESQL_PORT), parts["dbname"]


def _broker(given: Mapping[str, str]) -> str | None:
    broker = given.get("CARETRAIL_BROKER")
    if broker is not None and not broker.startswith(("amqp://", "amqps://")):
        raise SettingRefused("CARETRAIL_BROKER", "give RabbitMQ's address, as in amqp://user:password@host:5672/vhost")
    return broker


def _port(given: Mapping[str, str]) -> int:
    port = _count(given, "CARETRAIL_PORT", 8000, least=0)
    if port > _LAST_PORT:
        raise SettingRefused("CARETRAIL_PORT", f"{port} is no port: give one up to {_LAST_PORT}, such as 8000")
    return port


def _site(given: Mapping[str, str]) -> str:
    site = given.get("CARETRAIL_SITE")
    if site is None:
        return f"http://localhost:{_port(given)}"
    parts = _split(site)
    if parts is None or not _is_protected(parts, "https", "http") or parts.path or parts.query or parts.username:
        raise SettingRefused(
            "CARETRAIL_SITE", "give the address of the pages without a path, as in https://kids.example.tw"
        )
    return site


def _smtp(given: Mapping[str, str]) -> str | None:
    smtp = given.get("CARETRAIL_SMTP")
    parts = _split(smtp or "")
    if smtp is not None and (parts is None or not _is_protected(parts, "smtp smtps", "smtp+plain") or parts.path):
        mend = "give the mail server's address, as in smtp://user:password@host:587 (STARTTLS) or smtps://host:465"
        raise SettingRefused("CARETRAIL_SMTP", f"{mend}; smtp+plain:// is for a server on this machine")
    return smtp


def _mail_sender(given: Mapping[str, str]) -> str:
    try:
        return parse_email_address(given.get("CARETRAIL_MAIL_SENDER", "docforkids@mohw.gov.tw")).address
    except MalformedEmailAddress:
        raise SettingRefused("CARETRAIL_MAIL_SENDER", "give a mail address, as in docforkids@mohw.gov.tw") from None


def _sms(given: Mapping[str, str]) -> str | None:
    sms = given.get("CARETRAIL_SMS")
    if sms is None:
        return None
    parts = _split(sms)
    if parts is None or not _is_protected(parts, "https", "http") or parts.username:
        raise SettingRefused(
            "CARETRAIL_SMS", "give the SMS provider's address, as in https://sms.example.tw/v1/messages"
        )
    if "CARETRAIL_SMS_TOKEN" not in given:
        raise SettingRefused("CARETRAIL_SMS_TOKEN", "give the token that the SMS provider knows this installation by")
    return sms


def _register_drop(given: Mapping[str, str]) -> str | None:
    drop = given.get("CARETRAIL_REGISTER_DROP")
    if drop is None or drop.startswith("/"):
        return drop
    parts = _split(drop)
    if parts is None or parts.scheme != "sftp" or not parts.username or not parts.path or parts.query:
        mend = "give a folder from the root on, or one by SFTP, as in sftp://user@host:22/folder"
        raise SettingRefused("CARETRAIL_REGISTER_DROP", mend)
    if len(given.get("CARETRAIL_REGISTER_HOST_KEY", "").split()) < 2:
        mend = "give the public key of the SFTP server, as in ssh-ed25519 AAAA…, from whoever runs it"
        raise SettingRefused("CARETRAIL_REGISTER_HOST_KEY", mend)
    if not parts.password and "CARETRAIL_REGISTER_LOGIN_KEY_FILE" not in given:
        mend = "name the file of the key that the SFTP server knows us by, or put a password into the address"
        raise SettingRefused("CARETRAIL_REGISTER_LOGIN_KEY_FILE", mend)
    return drop


def _traces(environment: Mapping[str, str]) -> str | None:
    """OpenTelemetry's own variable, which its other programs read as well."""
    endpoint = environment.get(TRACES)
    if not endpoint:
        return None
    parts = _split(endpoint)
    if parts is None or parts.scheme not in {"http", "https"}:
        raise SettingRefused(TRACES, "give the collector's address, as in http://collector:4318")
    return endpoint


def _split(address: str) -> SplitResult | None:
    """The parts of an address with a host; None where it has none, or a port that is no number."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    return parts if parts.hostname and port != 0 else None


def _is_protected(parts: SplitResult, schemes: str, open_scheme: str) -> bool:
    """Whether the line is encrypted, or `open_scheme` leads to this very machine."""
    return parts.scheme in schemes.split() or (parts.scheme == open_scheme and parts.hostname in LOOPBACK)


def _master_keys(given: Mapping[str, str]) -> str:
    if {"CARETRAIL_MASTER_KEYS", "CARETRAIL_MASTER_KEYS_FILE"} <= given.keys():
        raise SettingRefused(
            "CARETRAIL_MASTER_KEYS", "it is given beside CARETRAIL_MASTER_KEYS_FILE: leave one of them"
        )
    return given.get("CARETRAIL_MASTER_KEYS", "")


def _path(given: Mapping[str, str], name: str, default: Path) -> Path:
    return Path(given.get(name, default)).absolute()


def _optional_path(given: Mapping[str, str], name: str) -> Path | None:
    return Path(given[name]).absolute() if name in given else None


def _count(given: Mapping[str, str], name: str, default: int, least: int = 1) -> int:
    text = given.get(name, str(default))
    if not text.isascii() or not text.isdigit() or int(text) < least:
        raise SettingRefused(name, f"{text!r} is not a whole number of at least {least}, such as {default}")
    return int(text)


def _choice(given: Mapping[str, str], name: str, default: Choice) -> Choice:
    text = given.get(name, default.value)
    choices = {choice.value: choice for choice in type(default)}
    if text not in choices:
        raise SettingRefused(name, f"{text!r} is none of {', '.join(choices)}")
    return choices[text]
