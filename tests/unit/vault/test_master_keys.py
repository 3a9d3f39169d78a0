"""Master keys: the first wraps, every one unwraps, and a wrong one is known as wrong."""

from base64 import b64encode

import pytest

from shared.vault.errors import KeysUnusable, MasterKeyMissing, MasterKeyWrong, StoredKeyDamaged
from shared.vault.master_keys import MasterKeys, WrappedKey, parse

OLD = b"o" * 32
NEW = b"n" * 32
DATA_KEY = b"d" * 32


def line(key_id, key):
    return f"{key_id}:{b64encode(key).decode()}"


def test_a_key_wrapped_by_a_former_master_key_still_opens_and_new_ones_take_the_current():
    wrapped_before = MasterKeys({"old": OLD}, "before").wrap(DATA_KEY)
    keys = MasterKeys({"new": NEW, "old": OLD}, "now")

    assert keys.unwrap(wrapped_before) == DATA_KEY
    assert keys.wrap(DATA_KEY).master_key_id == "new"
    assert DATA_KEY not in keys.wrap(DATA_KEY).wrapped


def test_a_missing_master_key_is_named_with_those_that_were_given_and_where():
    wrapped = MasterKeys({"old": OLD}, "before").wrap(DATA_KEY)

    with pytest.raises(MasterKeyMissing, match=r"'old' is missing.*the safe gives only 'new'.*Add its line"):
        MasterKeys({"new": NEW}, "the safe").unwrap(wrapped)


def test_another_key_under_a_known_name_is_told_as_wrong():
    remembered = MasterKeys({"old": OLD}, "before").check_value("old")

    MasterKeys({"old": OLD}, "the safe").verify("old", remembered)
    with pytest.raises(MasterKeyWrong, match="'old' in the safe is not the key"):
        MasterKeys({"old": NEW}, "the safe").verify("old", remembered)


def test_a_check_value_belongs_to_one_key_under_one_name():
    keys = MasterKeys({"a": OLD, "b": OLD, "c": NEW}, "a test")

    assert len({keys.check_value(key_id) for key_id in keys.ids}) == 3


def test_a_wrapped_key_with_one_flipped_bit_is_told_as_damaged():
    keys = MasterKeys({"old": OLD}, "a test")
    wrapped = bytearray(keys.wrap(DATA_KEY).wrapped)
    wrapped[20] ^= 1

    with pytest.raises(StoredKeyDamaged, match="altered or damaged"):
        keys.unwrap(WrappedKey(bytes(wrapped), "old"))


def test_a_new_file_holds_a_random_key_that_is_read_again(tmp_path):
    created = MasterKeys.create_file(tmp_path / "a.keys")
    other = MasterKeys.create_file(tmp_path / "b.keys")

    read = MasterKeys.from_file(tmp_path / "a.keys")

    assert read.unwrap(created.wrap(DATA_KEY)) == DATA_KEY
    assert other.check_value(other.current) != created.check_value(created.current)


def test_keys_never_show_in_a_repr():
    assert "oooo" not in repr(MasterKeys({"old": OLD}, "a test"))


def test_a_variable_with_bad_keys_is_named():
    with pytest.raises(KeysUnusable, match="CARETRAIL_MASTER_KEYS"):
        MasterKeys.from_text("nonsense", "CARETRAIL_MASTER_KEYS")


@pytest.mark.parametrize("separator", ["\n", ";", " ; ", "\n\n# kept for what it wrapped\n"])
def test_keys_are_read_in_their_order_from_lines_or_semicolons(separator):
    keys = parse(f"{line('new', NEW)}{separator}{line('old', OLD)}", "a test")

    assert list(keys.items()) == [("new", NEW), ("old", OLD)]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "holds no key"),
        ("# only a comment\n", "holds no key"),
        ("no colon", "entry 1 of a test is not `id:base64`"),
        (f"{line('new', NEW)}\n:{b64encode(OLD).decode()}", "entry 2 of a test is not `id:base64`"),
        ("new:not base64 at all", "key 'new' in a test is not base64"),
        (line("new", b"short"), "key 'new' in a test has 5 bytes, not 32"),
        (f"{line('new', NEW)};{line('new', OLD)}", "gives key 'new' twice"),
    ],
)
def test_keys_that_cannot_be_used_are_named_with_the_mend(text, complaint):
    with pytest.raises(KeysUnusable) as refused:
        parse(text, "a test")

    assert complaint in str(refused.value)


@pytest.mark.parametrize("damaged", [b64encode(OLD).decode()[:-3], b64encode(OLD * 2).decode()])
def test_a_message_about_a_damaged_key_does_not_quote_it(damaged):
    with pytest.raises(KeysUnusable) as refused:
        parse(f"new:{damaged}", "a test")

    assert damaged[:8] not in str(refused.value)
    assert refused.value.__cause__ is None
