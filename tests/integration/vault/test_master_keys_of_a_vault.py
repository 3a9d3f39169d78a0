"""Master keys of a vault: the right ones or no start, and a change of keys that can stop and go on anywhere."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import msgspec
import pytest

from shared.postgres import Database
from shared.vault.blind_index import Identifier
from shared.vault.errors import KeysUnusable, MasterKeyMissing, MasterKeyRetired, MasterKeyWrong
from shared.vault.master_keys import MasterKeys
from shared.vault.opening import open_vault as open_configured

FIRST = {"first": b"1" * 32}
SECOND = {"second": b"2" * 32}


class Contact(msgspec.Struct, frozen=True):
    name: str


XIAOMING = Contact("王小明")


def mobile(number):
    return Identifier("mobile", f"09{number:08}")


def silent(_done, _total):
    pass


def test_a_vault_does_not_start_without_the_master_key_it_was_made_with(vault, open_vault, rows):
    vault.subject_for([mobile(1)])

    with pytest.raises(MasterKeyMissing, match=r"'first' is missing.*gives only 'second'.*Add its line `first:"):
        open_vault(MasterKeys(SECOND, "the test"))

    assert rows("select id from master_key") == [("first",)]


def test_a_vault_does_not_start_with_another_key_under_the_same_name(vault, open_vault):
    vault.subject_for([mobile(1)])

    with pytest.raises(MasterKeyWrong, match="'first' in the test is not the key"):
        open_vault(MasterKeys({"first": b"x" * 32}, "the test"))


@pytest.fixture
def file(tmp_path):
    return tmp_path / "keys" / "master.keys"


@pytest.fixture
def open_with(database, file, ledger):
    """Opens the vault as an installation does: with the text of a variable, or else with the key file."""
    opened = []

    def opening(text=""):
        opened.append(open_configured(database, text, file, ledger, cached_keys=100))
        return opened[-1]

    yield opening
    for vault in opened:
        vault.close()


def test_an_empty_vault_makes_its_key_file_and_finds_it_again(open_with, file):
    made = open_with()
    box = made.seal(made.subject_for([mobile(1)]), XIAOMING)

    assert file.stat().st_mode & 0o777 == 0o600
    assert open_with().open(box, Contact) == XIAOMING


@pytest.mark.usefixtures("vault")
def test_no_key_file_is_made_beside_a_vault_in_use(open_with, file):
    with pytest.raises(KeysUnusable, match=r"master\.keys is missing.*wrapped by 'first'.*No new key was made"):
        open_with()

    assert not file.exists()


def test_keys_in_the_variable_go_before_the_file(open_with, file, rows):
    open_with("from-variable:MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE=")

    assert rows("select id from master_key") == [("from-variable",)]
    assert not file.exists()


def test_a_key_file_that_others_can_read_stops_the_start(open_with, file):
    open_with()
    file.chmod(0o640)

    with pytest.raises(KeysUnusable, match="chmod 600"):
        open_with()


def test_starts_at_the_same_moment_agree_on_one_key(open_with):
    with ThreadPoolExecutor(6) as threads:
        vaults = list(threads.map(lambda _: open_with(), range(6)))

    box = vaults[0].seal(vaults[0].subject_for([mobile(1)]), XIAOMING)
    assert [vault.open(box, Contact) for vault in vaults] == [XIAOMING] * 6
    assert {vault.find(mobile(1)) for vault in vaults} == {box.subject}


def test_a_start_overtaken_by_another_takes_the_key_of_that_one(open_with, database, file, ledger):
    @dataclass(frozen=True)
    class Overtaken(Database):
        def connect(self, **options):
            if not file.exists():
                open_with()
            return super().connect(**options)

    overtaken = open_configured(Overtaken(**vars(database)), "", file, ledger, cached_keys=100)

    subject = overtaken.subject_for([mobile(1)])
    overtaken.close()
    assert open_with().find(mobile(1)) == subject


def test_a_rotation_leaves_everything_readable_and_names_the_key_that_may_go(vault, open_vault, rows):
    boxes = [vault.seal(vault.subject_for([mobile(number)]), XIAOMING) for number in range(30)]
    vault.forget(boxes[0].subject, "retention")
    heard = []

    retired = open_vault(MasterKeys(SECOND | FIRST, "the test")).rotate(lambda *step: heard.append(step))

    after = open_vault(MasterKeys(SECOND, "the test"))
    assert retired == ("first",)
    assert heard == [(29, 29)]
    assert rows("select distinct master_key_id from subject where wrapped_key is not null") == [("second",)]
    assert [after.open(box, Contact) for box in boxes] == [None] + [XIAOMING] * 29
    assert after.find(mobile(7)) == boxes[7].subject


def test_a_rotation_that_was_interrupted_leaves_a_working_vault_and_goes_on(vault, open_vault, rows):
    boxes = [vault.seal(vault.subject_for([mobile(number)]), XIAOMING) for number in range(1_200)]
    rotating = open_vault(MasterKeys(SECOND | FIRST, "the test"))

    def pull_the_plug(done, total):
        raise InterruptedError(f"{done} of {total}")

    with pytest.raises(InterruptedError, match="500 of 1200"):
        rotating.rotate(pull_the_plug)

    by_key = "select master_key_id, count(*) from subject group by 1 order by 1"
    assert rows(by_key) == [("first", 700), ("second", 500)]
    halfway = open_vault(MasterKeys(SECOND | FIRST, "the test"), cached_keys=2_000)
    halfway.prepare([box.subject for box in boxes])
    assert all(halfway.open(box, Contact) == XIAOMING for box in boxes)
    with pytest.raises(MasterKeyMissing, match="'first' is missing"):
        open_vault(MasterKeys(SECOND, "the test"))

    heard = []
    assert rotating.rotate(lambda *step: heard.append(step)) == ("first",)

    assert heard == [(500, 700), (700, 700)]
    assert rows(by_key) == [("second", 1200)]


def test_people_come_and_go_while_keys_rotate(vault, open_vault):
    boxes = [vault.seal(vault.subject_for([mobile(number)]), XIAOMING) for number in range(1_100)]
    rotating = open_vault(MasterKeys(SECOND | FIRST, "the test"))

    with ThreadPoolExecutor(3) as threads:
        rotation = threads.submit(rotating.rotate, silent)
        newcomers = threads.submit(lambda: [rotating.subject_for([mobile(2_000 + number)]) for number in range(100)])
        for box in boxes[::50]:
            rotating.forget(box.subject, "retention")
        rotation.result()

    after = open_vault(MasterKeys(SECOND, "the test"), cached_keys=2_000)
    after.prepare([box.subject for box in boxes])
    opened = [after.open(box, Contact) for box in boxes]
    assert opened[::50] == [None] * 22
    assert opened.count(XIAOMING) == 1_078
    assert all(after.open(after.seal(subject, XIAOMING), Contact) for subject in newcomers.result())


def test_a_process_left_with_a_retired_key_is_told_to_start_again(vault, open_vault):
    vault.subject_for([mobile(1)])
    open_vault(MasterKeys(SECOND | FIRST, "the test")).rotate(silent)

    with pytest.raises(MasterKeyRetired, match="'first' has been retired"):
        vault.subject_for([mobile(2)])
    with pytest.raises(MasterKeyMissing, match="'second' is missing"):
        vault.seal(vault.find(mobile(1)), XIAOMING)


@pytest.mark.usefixtures("vault")
def test_a_rotation_without_anybody_in_the_vault_ends_at_once(open_vault):
    assert open_vault(MasterKeys(SECOND | FIRST, "the test")).rotate(silent) == ("first",)

    assert open_vault(MasterKeys(SECOND, "the test")).find(mobile(1)) is None
