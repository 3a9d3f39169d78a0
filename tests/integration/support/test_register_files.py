"""清冊檔 from a decision of a bureau to the insurer's folder: decided, made, delivered, repeated, made again."""

from __future__ import annotations

from contextlib import closing
from datetime import date, timedelta

import msgspec
import pytest

from operate.command_line import run
from operate.contexts import contexts
from services.support.adapters.register_drop import DropFolder
from services.support.adapters.register_file import verified
from services.support.application.register_dispatch import RegisterDispatcher
from services.support.commands import DeliverRegisterFileAgain, ProduceRegisterFile
from services.support.domain import refusals
from services.support.domain.register_delivery import DailyRegister, LastFile
from services.support.domain.register_file import RegisterFile, Stretch
from services.support.events import DeliveryFault
from services.support.read_models.register_files import RegisterFiles, files_listed
from shared.application import Result
from shared.health import examine
from shared.oversight import oversee
from shared.read_models.rebuild import rebuild
from shared.refusals import Busy
from shared.vault.errors import KeysUnusable
from shared.vault.signing import public_keys
from tests.controls.applicants import OPERATOR
from tests.controls.family import taipei
from tests.controls.supporters import SATURDAY, line
from tests.integration.support.test_support_at_work import Town, town, until  # noqa: F401 - fixtures

pytestmark = pytest.mark.postgres

WEDNESDAY, THURSDAY = date(2025, 2, 19), date(2025, 2, 20)
AT_TEN = taipei(2, 19, 22)


# What is decided -----------------------------------------------------------------------------------------------------


def produced(office, now):
    """The file that is made at this moment, and what of it the next one follows."""
    outcome = office.ask(ProduceRegisterFile(), office.platform, now=now)
    register = office.supporting.load(DailyRegister, outcome.id)
    last = LastFile(register.number, register.stretch.until, register.digest, register.signed.key_id)
    office.registrar.files.append(last)
    return register


def test_each_file_follows_the_one_before_without_a_gap_however_many_days_lie_between(office):
    office.registrar.position = 30
    first = produced(office, AT_TEN)
    office.registrar.position = 45
    second = produced(office, taipei(2, 25, 9))

    assert (first.day, first.number, first.stretch.after, first.stretch.until) == (WEDNESDAY, 1, 0, 30)
    assert (second.day, second.number, second.stretch.after, second.stretch.until) == (date(2025, 2, 24), 2, 30, 45)
    assert (first.stretch.previous, second.stretch.previous) == ("", first.digest)


def test_a_day_has_one_file(office):
    first = produced(office, AT_TEN)

    again = office.ask(ProduceRegisterFile(), office.platform, now=taipei(2, 20, 21))

    assert (again.id, again.result) == (first.id, Result.UNCHANGED)


def test_nobody_makes_a_second_file_behind_the_same_one(office):
    produced(office, AT_TEN)
    office.registrar.files.clear()  # its rows lag

    with pytest.raises(Busy):
        office.ask(ProduceRegisterFile(), office.platform, now=taipei(2, 20, 22))


def test_nobody_can_ask_for_the_file_of_a_day_that_has_none(office):
    with pytest.raises(refusals.RegisterFileUnknown):
        office.ask(DeliverRegisterFileAgain(WEDNESDAY), OPERATOR)


# Whoever delivers ----------------------------------------------------------------------------------------------------


class Died(BaseException):
    """The process ended at this very point."""


def dispatcher(office, folder, made_again, **options):
    ids = [office.supporting.desk.store.holder_of("register-file-of-day", WEDNESDAY.isoformat())]
    due = lambda _: [file for file in ids if office.supporting.load(DailyRegister, file).state == "to_be_delivered"]  # noqa: E731
    return RegisterDispatcher(office.supporting, DropFolder(folder), due, made_again, lambda: AT_TEN, **options)


@pytest.fixture
def made_again():
    """The bytes of any file, whose content is no matter here."""

    def make(register):
        name = register.stream_subject
        return RegisterFile(f"{name}.csv", b"rows", f"{name}.json", b"{}", register.totals, register.digest, "", "")

    return make


def test_whoever_dies_after_a_file_was_handed_over_repeats_it_without_effect(office, tmp_path, made_again):
    file = produced(office, AT_TEN)

    def die(reached):
        if reached == "after-delivering":
            raise Died

    with pytest.raises(Died):
        dispatcher(office, tmp_path, made_again, milestone=die).step()
    written = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert office.told(file.id) == ["RegisterFileProduced"]

    assert dispatcher(office, tmp_path, made_again).step() == 1
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == written
    assert office.told(file.id) == ["RegisterFileProduced", "RegisterFileDelivered"]
    assert dispatcher(office, tmp_path, made_again).step() == 0


def test_of_two_who_deliver_one_is_recorded(office, tmp_path, made_again):
    file = produced(office, AT_TEN)
    second = dispatcher(office, tmp_path, made_again)
    first = dispatcher(
        office, tmp_path, made_again, milestone=lambda at: second.step() if at == "before-delivering" else None
    )

    assert first.step() == 0
    assert office.told(file.id) == ["RegisterFileProduced", "RegisterFileDelivered"]


def test_a_failure_is_told_and_tried_again(office, tmp_path, made_again):
    file = produced(office, AT_TEN)

    dispatcher(office, tmp_path / "unmounted", made_again).step()
    dispatcher(office, tmp_path, made_again).step()

    assert office.told(file.id) == ["RegisterFileProduced", "RegisterFileNotDelivered", "RegisterFileDelivered"]


# Everybody at work ---------------------------------------------------------------------------------------------------


def files(town):  # noqa: F811 - the fixture
    with closing(town.support.reader(RegisterFiles)) as reader:
        return files_listed(reader, limit=50, cursor=None).entries


def delivered(town, until):  # noqa: F811 - the fixtures
    """Two working days with a file each, the first with two approvals, and the folder they lie in."""
    until(lambda: True)
    town.now = taipei(2, 19, 10)
    town.approved(line(schedule=SATURDAY))
    town.approved(line())
    until(lambda: town.support.log.head().position and not oversee(town.support).relay.waiting)
    for day in (WEDNESDAY, THURSDAY):
        town.now = taipei(2, day.day, 22)
        until(lambda: [file.day for file in files(town) if file.state == "delivered"][:1] == [day])  # noqa: B023
    return town.support.installation.settings.var / "register-files"


def test_every_working_day_a_signed_file_lies_in_the_folder_empty_where_nothing_changed(town, until):  # noqa: F811
    folder = delivered(town, until)

    keys = public_keys(town.support.installation.settings.register_key_file)
    wednesday, thursday = (
        verified(
            (folder / f"support-register-{day:%Y%m%d}.csv").read_bytes(),
            (folder / f"support-register-{day:%Y%m%d}.manifest.json").read_bytes(),
            keys,
        )
        for day in (WEDNESDAY, THURSDAY)
    )
    assert (wednesday.rows, wednesday.adds, wednesday.after) == (2, 2, 0)
    assert (thursday.rows, thursday.after, thursday.previous) == (0, wednesday.until, wednesday.sha256)
    assert sorted(path.suffix for path in folder.iterdir()) == [".csv", ".csv", ".json", ".json"]


def test_files_are_made_again_byte_for_byte_from_events_also_after_a_rebuild(town, until, tmp_path, capfd):  # noqa: F811
    folder = delivered(town, until)
    before = files(town)
    rebuild(town.support.models["register_files"], town.support.database, town.support.log)
    assert files(town) == before

    assert caretrail(town, "register-file", "--date", "2025-02-19", "--out", str(tmp_path)) == 0
    assert caretrail(town, "register-file", "--out", str(tmp_path)) == 0

    for path in folder.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()
    capfd.readouterr()
    assert caretrail(town, "register-file", "--verify", str(tmp_path / "support-register-20250219.csv"), "--json") == 0
    assert msgspec.json.decode(capfd.readouterr().out)["adds"] == 2
    (tmp_path / "support-register-20250219.csv").write_bytes(b"another")
    assert caretrail(town, "register-file", "--verify", str(tmp_path / "support-register-20250219.csv")) == 1
    assert caretrail(town, "register-file", "--date", "2025-02-18") == 2


def test_operators_are_told_of_a_file_that_is_late_and_can_send_it_again(town, until, capfd):  # noqa: F811
    folder = delivered(town, until)
    assert [alarm.code for alarm in oversee(town.support).alarms if alarm.code.startswith("register")] == []
    manifest = folder / "support-register-20250220.csv"
    manifest.write_bytes(b"another")

    town.ask(DeliverRegisterFileAgain(THURSDAY), OPERATOR)
    until(lambda: files(town)[0].state == "delivery_stopped")

    assert files(town)[0].fault is DeliveryFault.OTHER_FILE_THERE
    assert [(alarm.code, alarm.about) for alarm in oversee(town.support).alarms if alarm.code.startswith("reg")] == [
        ("register-file-stopped", "support-register-20250220")
    ]
    [matters] = [check for check in examine(town.support).checks if check.name == "matters"]
    assert (matters.is_met, matters.found, matters.needed) == (False, "register-file-stopped", False)
    capfd.readouterr()
    assert caretrail(town, "register-status", "--lang", "zh-Hant") == 1
    assert "已停止傳送，需人工處理" in capfd.readouterr().out

    manifest.unlink()
    town.ask(DeliverRegisterFileAgain(THURSDAY), OPERATOR)
    until(lambda: files(town)[0].state == "delivered")
    assert caretrail(town, "register-send", "2025-02-20") == 0
    until(lambda: files(town)[0].state == "to_be_delivered")  # by the clock of the shell
    assert caretrail(town, "register-send", "2025-02-21") == 2


def test_a_key_that_has_signed_before_is_missed_and_not_replaced(town, until):  # noqa: F811
    delivered(town, until)
    key = town.support.installation.settings.register_key_file
    content = key.read_bytes()
    key.unlink()
    clerk = town.support.clerk()

    with pytest.raises(KeysUnusable, match="is missing"):
        clerk.made(THURSDAY, Stretch(0, 1, ""), files(town)[0].key_id)

    assert not key.exists()
    key.write_bytes(content)
    key.chmod(0o600)
    assert clerk.made(THURSDAY, Stretch(0, 1, ""), files(town)[0].key_id).signed.key_id == files(town)[0].key_id
    clerk.close()


def test_a_file_that_nobody_makes_is_told_an_hour_after_its_time(town, until):  # noqa: F811
    until(lambda: True)
    town.now = taipei(2, 19, 10)
    town.approved(line(schedule=SATURDAY))
    clerk = town.support.clerk()
    until(lambda: list(clerk.alarms(taipei(2, 19, 23, 1))))

    assert list(clerk.alarms(taipei(2, 19, 23))) == []
    [alarm] = clerk.alarms(taipei(2, 19, 23) + timedelta(minutes=1))
    assert (alarm.code, alarm.about) == ("register-file-not-made", "support-register-20250219")
    clerk.close()


def test_an_installation_filled_from_an_archive_makes_the_same_files(town, until, postgres_server, tmp_path):  # noqa: F811
    folder = delivered(town, until)
    both = ("--context", "support", "--context", "identity")
    assert run(["events", "export", str(tmp_path / "archive"), *both], environment_of(town)) == 0
    dsns = {name: postgres_server.new_database() for name in [*contexts(), "vault"]}
    elsewhere = {f"CARETRAIL_DATABASE_{name.upper()}": dsn for name, dsn in dsns.items()}
    elsewhere |= {"CARETRAIL_VAR": str(tmp_path / "elsewhere"), "CARETRAIL_LANGUAGE": "en"}

    assert run(["events", "import", str(tmp_path / "archive")], elsewhere) == 0
    (tmp_path / "made").mkdir()
    for day in (WEDNESDAY, THURSDAY):
        told = ["support", "register-file", "--date", day.isoformat(), "--out", str(tmp_path / "made")]
        assert run(told, elsewhere) == 0

    for path in (tmp_path / "made").iterdir():
        assert path.read_bytes() == (folder / path.name).read_bytes()
    assert len(list((tmp_path / "made").iterdir())) == 4
    for dsn in dsns.values():
        postgres_server.drop_database(dsn)


def caretrail(town, *arguments):  # noqa: F811 - the fixture
    """One command on the same databases; its exit status."""
    return run(["support", *arguments], environment_of(town))


def environment_of(town):  # noqa: F811 - the fixture
    settings = town.support.installation.settings
    environment = {"CARETRAIL_VAR": str(settings.var), "CARETRAIL_LANGUAGE": "en"}
    return environment | {f"CARETRAIL_DATABASE_{name.upper()}": dsn for name, dsn in settings.databases.items()}
