"""Settings: sensible without any variable, refused with the variable's name and the mend, never showing a secret."""

import re
from pathlib import Path

import pytest

from shared.settings import SECRETS, VARIABLES, LogFormat, LogLevel, Needed, SettingRefused, load
from shared.words import Language

DATABASES = {
    "CARETRAIL_DATABASE_MATCHING": "postgresql://app:secret@db/matching",
    "CARETRAIL_DATABASE_VAULT": "postgresql://app:secret@db/vault",
}
VALUES = {
    "CARETRAIL_VAR": ("/srv/caretrail", "var", Path("/srv/caretrail")),
    "CARETRAIL_BROKER": ("amqps://u:p@mq/ct", "broker", "amqps://u:p@mq/ct"),
    "CARETRAIL_MASTER_KEYS": ("a:AAAA", "master_keys", "a:AAAA"),
    "CARETRAIL_MASTER_KEYS_FILE": ("/run/master", "master_keys_file", Path("/run/master")),
    "CARETRAIL_CHECKPOINT_KEY_FILE": ("/run/signing", "checkpoint_key_file", Path("/run/signing")),
    "CARETRAIL_PRINCIPAL_KEY_FILE": ("/run/principal", "principal_key_file", Path("/run/principal")),
    "CARETRAIL_PRINCIPAL_PUBLIC_KEY_FILE": ("/run/public", "principal_public_key_file", Path("/run/public")),
    "CARETRAIL_UNSIGNED_SECONDS": ("900", "unsigned_seconds", 900),
    "CARETRAIL_FORGOTTEN_LEDGER": ("/safe/ledger", "forgotten_ledger", Path("/safe/ledger")),
    "CARETRAIL_CACHED_KEYS": ("25", "cached_keys", 25),
    "CARETRAIL_SITE": ("https://kids.example.tw", "site", "https://kids.example.tw"),
    "CARETRAIL_LISTEN": ("0.0.0.0", "listen", "0.0.0.0"),  # noqa: S104 - what is set, not what is opened
    "CARETRAIL_PORT": ("8443", "port", 8443),
    "CARETRAIL_PROXIES": ("2", "proxies", 2),
    "CARETRAIL_API_RATE": ("60", "api_rate", 60),
    "CARETRAIL_CARD_ANCHORS": ("/etc/cards", "card_anchors", Path("/etc/cards")),
    "CARETRAIL_WEB_KEY_FILE": ("/run/web", "web_key_file", Path("/run/web")),
    "CARETRAIL_SMTP": ("smtps://u:p@mail:465", "smtp", "smtps://u:p@mail:465"),
    "CARETRAIL_MAIL_SENDER": ("kids@example.tw", "mail_sender", "kids@example.tw"),
    "CARETRAIL_SMS": ("http://localhost:8025/sms", "sms", "http://localhost:8025/sms"),
    "CARETRAIL_SMS_TOKEN": ("t0ken", "sms_token", "t0ken"),
    "CARETRAIL_REGISTER_DROP": ("/mnt/insurer", "register_drop", "/mnt/insurer"),
    "CARETRAIL_REGISTER_HOST_KEY": ("ssh-ed25519 AAAA", "register_host_key", "ssh-ed25519 AAAA"),
    "CARETRAIL_REGISTER_LOGIN_KEY_FILE": ("/run/login", "register_login_key_file", Path("/run/login")),
    "CARETRAIL_REGISTER_KEY_FILE": ("/run/register", "register_key_file", Path("/run/register")),
    "CARETRAIL_APPLY_NEEDS": ("two", "apply_needs", Needed.TWO),
    "CARETRAIL_LANGUAGE": ("en", "language", Language.ENGLISH),
    "CARETRAIL_LOG_FORMAT": ("json", "log_format", LogFormat.JSON),
    "CARETRAIL_LOG_LEVEL": ("warning", "log_level", LogLevel.WARNING),
}
GUIDE = Path(__file__).parents[2] / "docs" / "operators" / "settings.md"


def test_without_any_variable_caretrail_is_embedded_with_all_its_data_under_var():
    settings = load({"PATH": "/usr/bin"})

    var = Path.cwd() / "var"
    assert settings.is_embedded
    assert settings.broker is None
    assert settings.var == var
    assert settings.master_keys_file == var / "keys" / "master.keys"
    assert settings.checkpoint_key_file == var / "keys" / "checkpoint.key"
    assert settings.forgotten_ledger == var / "vault" / "forgotten.jsonl"
    assert (settings.language, settings.log_format) == (Language.CHINESE, LogFormat.CONSOLE)


def test_everything_kept_in_files_follows_var():
    settings = load({"CARETRAIL_VAR": "/srv/caretrail"})

    assert settings.master_keys_file == Path("/srv/caretrail/keys/master.keys")


@pytest.mark.parametrize("variable", VARIABLES)
def test_every_variable_sets_what_it_says(variable):
    value, attribute, expected = VALUES[variable]

    beside = {"CARETRAIL_SMS_TOKEN": "t0ken"} if variable == "CARETRAIL_SMS" else {}
    assert getattr(load({variable: value, **beside}), attribute) == expected != getattr(load({}), attribute)


def test_pages_at_any_free_port_need_no_address_beside():
    settings = load({"CARETRAIL_PORT": "0"})

    assert settings.port == 0
    assert settings.is_for_this_machine


def test_an_empty_variable_counts_as_none():
    assert load(dict.fromkeys(VARIABLES, "")) == load({})


def test_each_context_has_its_own_database_and_the_vault_too():
    settings = load(DATABASES)

    assert not settings.is_embedded
    assert settings.database("matching") == "postgresql://app:secret@db/matching"
    assert settings.database("vault") == "postgresql://app:secret@db/vault"
    with pytest.raises(SettingRefused, match="CARETRAIL_DATABASE_SUPPORT: say in which database support lives"):
        settings.database("support")


@pytest.mark.parametrize(
    ("environment", "complaint"),
    [
        (
            {"CARETRAIL_LANGAUGE": "en"},
            "CARETRAIL_LANGAUGE: there is no such setting; did you mean CARETRAIL_LANGUAGE?",
        ),
        ({"CARETRAIL_QWERTZUIOP": "1"}, "CARETRAIL_QWERTZUIOP: there is no such setting"),
        ({"CARETRAIL_LANGUAGE": "zh-CN"}, "CARETRAIL_LANGUAGE: 'zh-CN' is none of zh-Hant, en"),
        ({"CARETRAIL_LOG_FORMAT": "xml"}, "CARETRAIL_LOG_FORMAT: 'xml' is none of console, json"),
        ({"CARETRAIL_CACHED_KEYS": "0"}, "CARETRAIL_CACHED_KEYS: '0' is not a whole number of at least 1"),
        ({"CARETRAIL_CACHED_KEYS": "many"}, "CARETRAIL_CACHED_KEYS: 'many' is not a whole number"),
        ({"CARETRAIL_BROKER": "localhost:5672"}, "CARETRAIL_BROKER: give RabbitMQ's address, as in amqp://"),
        ({"CARETRAIL_SITE": "https://kids.example.tw/app"}, "CARETRAIL_SITE: give the address of the pages without"),
        ({"CARETRAIL_SITE": "http://kids.example.tw"}, "CARETRAIL_SITE: give the address of the pages without"),
        ({"CARETRAIL_SMTP": "mail.example.tw"}, "CARETRAIL_SMTP: give the mail server's address, as in smtp://"),
        ({"CARETRAIL_SMTP": "smtp+plain://mail.example.tw:25"}, "CARETRAIL_SMTP: give the mail server's address"),
        ({"CARETRAIL_SMTP": "smtp://mail:port"}, "CARETRAIL_SMTP: give the mail server's address, as in smtp://"),
        ({"CARETRAIL_MAIL_SENDER": "kids"}, "CARETRAIL_MAIL_SENDER: give a mail address"),
        ({"CARETRAIL_SMS": "http://sms.example.tw/"}, "CARETRAIL_SMS: give the SMS provider's address, as in https://"),
        ({"CARETRAIL_SMS": "https://sms.example.tw/"}, "CARETRAIL_SMS_TOKEN: give the token that the SMS provider"),
        ({"CARETRAIL_REGISTER_DROP": "insurer"}, "CARETRAIL_REGISTER_DROP: give a folder from the root on"),
        ({"CARETRAIL_REGISTER_DROP": "sftp://host/in"}, "CARETRAIL_REGISTER_DROP: give a folder from the root on"),
        (
            {"CARETRAIL_REGISTER_DROP": "sftp://caretrail:pw@host/in"},
            "CARETRAIL_REGISTER_HOST_KEY: give the public key of the SFTP server",
        ),
        (
            {
                "CARETRAIL_REGISTER_DROP": "sftp://caretrail@host/in",
                "CARETRAIL_REGISTER_HOST_KEY": "ssh-ed25519 AAAA",
            },
            "CARETRAIL_REGISTER_LOGIN_KEY_FILE: name the file of the key",
        ),
        (
            {"CARETRAIL_MASTER_KEYS": "a:AAAA", "CARETRAIL_MASTER_KEYS_FILE": "/run/master"},
            "CARETRAIL_MASTER_KEYS: it is given beside CARETRAIL_MASTER_KEYS_FILE: leave one of them",
        ),
        (
            {"CARETRAIL_DATABASE_MATCHING": "postgresql://db/matching"},
            "CARETRAIL_DATABASE_VAULT: give the vault a database of its own",
        ),
        (
            {"CARETRAIL_DATABASE_MATCHING": "postgresql://db/all", "CARETRAIL_DATABASE_VAULT": "host=db dbname=all"},
            "CARETRAIL_DATABASE_VAULT: it is the database of matching",
        ),
        (
            DATABASES | {"CARETRAIL_DATABASE_VAULT": "postgresql://app:secret@db:5432/matching"},
            "CARETRAIL_DATABASE_VAULT: it is the database of matching",
        ),
        (DATABASES | {"CARETRAIL_DATABASE_VAULT": "vault"}, "CARETRAIL_DATABASE_VAULT: give a PostgreSQL address"),
        (DATABASES | {"CARETRAIL_DATABASE_VAULT": "host=db"}, "CARETRAIL_DATABASE_VAULT: give a PostgreSQL address"),
    ],
)
def test_what_cannot_be_used_is_named_with_the_mend(environment, complaint):
    with pytest.raises(SettingRefused, match=re.escape(complaint)):
        load(environment)


@pytest.mark.parametrize("variable", [*SECRETS, "CARETRAIL_DATABASE_MATCHING"])
def test_a_secret_may_lie_in_a_file_instead(variable, tmp_path):
    values = DATABASES | {secret: VALUES[secret][0] for secret in SECRETS}
    file = tmp_path / "secret"
    file.write_text(f"{values[variable]}\n")
    in_a_file = {name: value for name, value in values.items() if name != variable} | {f"{variable}_FILE": str(file)}

    assert load(in_a_file) == load(values) != load({})


@pytest.mark.parametrize("variable", [*SECRETS, "CARETRAIL_DATABASE_VAULT", "CARETRAIL_MASTER_KEYS"])
def test_a_secret_given_twice_is_refused_rather_than_one_of_them_chosen(variable):
    with pytest.raises(SettingRefused, match=f"{variable}: it is given beside {variable}_FILE: leave one of them"):
        load({variable: "one", f"{variable}_FILE": "/run/secrets/other"})


def test_a_file_is_read_for_secrets_alone():
    with pytest.raises(SettingRefused, match="CARETRAIL_LANGUAGE_FILE: there is no such setting"):
        load({"CARETRAIL_LANGUAGE_FILE": "/etc/language"})


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfesecret", b"amqp://u:secret@mq/\namqp://u:secret@mq/"])
def test_a_file_without_one_secret_in_it_is_named_and_not_quoted(content, tmp_path):
    file = tmp_path / "broker"
    file.write_bytes(content)

    with pytest.raises(SettingRefused, match=f"CARETRAIL_BROKER_FILE: {file} ") as refused:
        load({"CARETRAIL_BROKER_FILE": str(file)})

    assert "amqp" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_file_that_is_not_there_is_named_with_the_cause():
    with pytest.raises(SettingRefused, match="CARETRAIL_BROKER_FILE: /nowhere/broker cannot be read"):
        load({"CARETRAIL_BROKER_FILE": "/nowhere/broker"})


def test_secrets_show_neither_in_the_settings_nor_in_a_refusal():
    settings = load(DATABASES | {"CARETRAIL_MASTER_KEYS": "a:secret", "CARETRAIL_BROKER": "amqp://u:secret@mq/"})
    with pytest.raises(SettingRefused) as refused:
        load(DATABASES | {"CARETRAIL_DATABASE_VAULT": "postgresql://app:secret@db/vault?nonsense=1"})

    assert "secret" not in repr(settings)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("variable", [*VARIABLES, "CARETRAIL_DATABASE_<CONTEXT>", "CARETRAIL_DATABASE_VAULT"])
def test_the_operators_guide_explains_every_variable(variable):
    assert f"| `{variable}` |" in GUIDE.read_text(encoding="utf-8")


@pytest.mark.parametrize("variable", [*SECRETS, "CARETRAIL_DATABASE_<CONTEXT>", "CARETRAIL_DATABASE_VAULT"])
def test_the_operators_guide_tells_which_secrets_may_lie_in_a_file(variable):
    [row] = re.findall(rf"^\| `{variable}` \|.*$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)

    assert "`…_FILE`" in row


def test_the_operators_guide_explains_no_variable_that_is_not_there():
    explained = set(re.findall(r"^\| `(CARETRAIL_[A-Z_]+)` \|", GUIDE.read_text(encoding="utf-8"), re.MULTILINE))

    assert explained == {*VARIABLES, "CARETRAIL_DATABASE_VAULT"}
