"""Key files: private, whole, and never a word of a key in a message."""

from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.vault import key_files
from shared.vault.errors import KeysUnusable

FIRST = b"1" * 32
SECOND = b"2" * 32


def line(key_id, key):
    return f"{key_id}:{b64encode(key).decode()}"


@pytest.mark.parametrize("separator", ["\n", ";", " ; ", "\n\n# kept for what it wrapped\n"])
def test_keys_are_read_in_their_order_from_lines_or_semicolons(separator):
    keys = key_files.parse(f"{line('new', FIRST)}{separator}{line('old', SECOND)}", "a test")

    assert list(keys.items()) == [("new", FIRST), ("old", SECOND)]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "holds no key"),
        ("# only a comment\n", "holds no key"),
        ("no colon", "entry 1 of a test is not `id:base64`"),
        (f"{line('new', FIRST)}\n:{b64encode(SECOND).decode()}", "entry 2 of a test is not `id:base64`"),
        ("new:not base64 at all", "key 'new' in a test is not base64"),
        (line("new", b"short"), "key 'new' in a test has 5 bytes, not 32"),
        (f"{line('new', FIRST)};{line('new', SECOND)}", "gives key 'new' twice"),
    ],
)
def test_keys_that_cannot_be_used_are_named_with_the_mend(text, complaint):
    with pytest.raises(KeysUnusable) as refused:
        key_files.parse(text, "a test")

    assert complaint in str(refused.value)


@pytest.mark.parametrize("damaged", [b64encode(SECOND).decode()[:-3], b64encode(SECOND * 2).decode()])
def test_a_message_about_a_damaged_key_does_not_quote_it(damaged):
    with pytest.raises(KeysUnusable) as refused:
        key_files.parse(f"new:{damaged}", "a test")

    assert damaged[:8] not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_created_file_is_private_and_reads_back(tmp_path):
    path = tmp_path / "keys" / "some.keys"

    key_files.create(path, {"new": FIRST, "old": SECOND}, "Some keys.")

    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert key_files.read(path) == {"new": FIRST, "old": SECOND}
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o610])
def test_a_file_that_others_can_read_is_refused(tmp_path, mode):
    path = tmp_path / "some.keys"
    key_files.create(path, {"new": FIRST}, "Some keys.")
    path.chmod(mode)

    with pytest.raises(KeysUnusable, match=r"chmod 600 .*some\.keys"):
        key_files.read(path)


def test_of_many_who_create_the_same_file_one_wins_and_all_read_its_key(tmp_path):
    path = tmp_path / "some.keys"

    def create(number):
        key_files.create(path, {"new": bytes([number]) * 32}, "Some keys.")
        return key_files.read(path)["new"]

    with ThreadPoolExecutor(8) as threads:
        read = set(threads.map(create, range(8)))

    assert len(read) == 1
