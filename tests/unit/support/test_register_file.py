"""報備支援清冊檔: every change of a support is a row, in order; the same events give the same bytes, signed for."""

import csv
import io
from datetime import date, time
from hashlib import sha256
from uuid import UUID

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.support import events
from services.support.adapters.register_drop import DropFolder
from services.support.adapters.register_file import (
    HEADINGS,
    ManifestFalse,
    recorded_in,
    register_file,
    same_file,
    statement,
    verified,
)
from services.support.domain.register_delivery import NotDelivered
from services.support.domain.register_file import ControlTotals, Recorded, Stretch
from services.support.events import DeliveryFault
from shared.relay.checkpoints import key_id_of
from shared.store.log import LogPage
from tests.controls.support import (
    AMENDED_AT,
    APPROVED_AT,
    CANCELLED_AT,
    FORTNIGHTLY,
    PICKED,
    STATION,
    SUPPORT,
    amend_requested,
    support_amended,
    support_approved,
    support_cancelled,
    support_submitted,
)

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEYS = {key_id_of(KEY.public_key()): KEY.public_key()}
DAY = date(2025, 3, 12)
STRETCH = Stretch(after=10, until=20, previous="ab" * 32)
STORY = (
    Recorded(12, APPROVED_AT, support_approved()),
    Recorded(15, AMENDED_AT, support_amended()),
    Recorded(19, CANCELLED_AT, support_cancelled()),
)


def made(*recorded, stretch=STRETCH, key=KEY):
    return register_file(DAY, stretch, recorded, key)


def rows_in(file):
    return list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))


def log_page(*stored, first=11):
    """A page of the log of support as it is read."""
    return LogPage(
        first,
        [
            (
                event.TOPIC,
                msgspec.json.encode(event),
                event.originator_id,
                event.originator_version,
                b',"time":"%s"' % event.timestamp.isoformat().encode(),
            )
            for event in stored
        ],
    )


# Rows


def test_each_change_is_a_row_with_what_holds_from_then_on():
    added, changed, cancelled = rows_in(made(*STORY))
    assert [row["異動別"] for row in (added, changed, cancelled)] == ["新增", "變更", "註銷"]
    assert {row["支援識別碼"] for row in (added, changed, cancelled)} == {str(SUPPORT)}
    assert added == {
        "序號": "1",
        "異動別": "新增",
        "案件編號": "11402180001",
        "支援識別碼": str(SUPPORT),
        "醫事人員代號": support_approved().practitioner,
        "執業機構代碼": support_approved().institution,
        "執業機構縣市": "新北市",
        "被支援機構類別": "institution",
        "被支援機構代碼": support_approved().place.code,
        "被支援機構名稱": "大安仁愛診所",
        "被支援機構縣市": "臺北市",
        "支援科別": "01",
        "支援目的": "general",
        "時間樣式": "recurring",
        "規則": "FREQ=WEEKLY;BYDAY=TU,TH",
        "首日": "2025-03-04",
        "末日": "2025-05-29",
        "開始時間": "18:00",
        "結束時間": "21:00",
        "排除日期": "2025-04-03",
        "選擇日期": "",
        "異動時間": "2025-02-20T14:00:00+08:00",
        "紀錄位置": "12",
    }
    assert changed["支援目的"] == f"general;{events.Purpose.DIABETES_NETWORK}"
    assert changed["規則"] == FORTNIGHTLY.rule


def test_whoever_takes_the_rows_one_after_the_other_knows_which_supports_hold():
    another = support_approved(originator_id=UUID(int=2))
    held = {}
    for row in rows_in(made(*STORY[:2], Recorded(17, AMENDED_AT, another), STORY[2])):
        if row["異動別"] == "註銷":
            del held[row["支援識別碼"]]
        else:
            held[row["支援識別碼"]] = row["規則"]
    assert held == {str(UUID(int=2)): "FREQ=WEEKLY;BYDAY=TU,TH"}


def test_unbroken_times_and_picked_days_have_their_own_columns():
    night = events.Continuous(date(2025, 3, 8), time(22), date(2025, 3, 9), time(8))
    terms = [events.Terms((events.Purpose.GENERAL,), schedule) for schedule in (night, PICKED)]
    first, second = rows_in(made(*(Recorded(11, APPROVED_AT, support_approved(terms=one)) for one in terms)))
    times = ("時間樣式", "規則", "首日", "末日", "開始時間", "結束時間", "選擇日期")
    assert [first[name] for name in times] == ["continuous", "", "2025-03-08", "2025-03-09", "22:00", "08:00", ""]
    assert [second[name] for name in times] == [
        "picked",
        "",
        "2025-03-12",
        "2025-03-26",
        "14:00",
        "17:00",
        "2025-03-12;2025-03-26",
    ]


def test_a_name_that_begins_like_a_formula_is_kept_from_being_one():
    place = msgspec.structs.replace(STATION, name="=1+1")
    [row] = rows_in(made(Recorded(11, APPROVED_AT, support_approved(place=place))))
    assert row["被支援機構名稱"] == "'=1+1"


def test_nothing_that_is_sealed_gets_into_the_file():
    assert support_approved().terms.remarks is not None
    box = msgspec.json.encode(support_approved().terms.remarks.box)
    assert box.strip(b'"') not in made(*STORY).content


def test_only_approvals_amendments_and_cancellations_are_told_by_their_positions_in_the_log():
    pages = [
        log_page(support_submitted(), support_approved(), amend_requested()),
        log_page(support_amended(), support_cancelled(), first=14),
    ]
    found = list(recorded_in(pages))
    assert [(one.position, type(one.event)) for one in found] == [
        (12, events.SupportApproved),
        (14, events.SupportAmended),
        (15, events.SupportCancelled),
    ]
    assert found[0].happened_at == support_approved().timestamp


# The same again


def test_a_file_made_again_from_the_stored_events_is_the_one_that_was_sent():
    page = log_page(support_approved(), support_amended(), support_cancelled())
    sent = register_file(DAY, STRETCH, recorded_in([page]), KEY)
    assert register_file(DAY, STRETCH, recorded_in([page]), KEY) == sent


def test_what_was_recorded_of_a_signature_makes_the_manifest_again_without_the_key():
    sent = made(*STORY)
    assert same_file(DAY, STRETCH, STORY, sent.key_id, sent.signature) == sent


def test_a_day_without_changes_has_a_file_of_headings_alone():
    file = made()
    assert file.content.decode("utf-8-sig").splitlines() == [",".join(HEADINGS)]
    assert file.totals == ControlTotals(0, 0, 0)


# The manifest


def test_the_manifest_tells_the_day_the_stretch_the_totals_and_the_file_before():
    file = made(*STORY, Recorded(20, CANCELLED_AT, support_cancelled()))
    manifest = verified(file.content, file.manifest, KEYS)
    assert (manifest.day, manifest.after, manifest.until, manifest.previous) == (DAY, 10, 20, "ab" * 32)
    assert (manifest.rows, manifest.adds, manifest.changes, manifest.cancels) == (4, 1, 1, 2)
    assert manifest.sha256 == file.digest == sha256(file.content).hexdigest()
    assert (file.name, file.manifest_name) == (
        "support-register-20250312.csv",
        "support-register-20250312.manifest.json",
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("day", "2025-03-13"),
        ("after", 9),
        ("until", 21),
        ("rows", 4),
        ("adds", 2),
        ("cancels", 0),
        ("sha256", "cd" * 32),
        ("previous", ""),
        ("format", "caretrail support register 2"),
        ("key_id", "0" * 16),
        ("signature", "00" * 64),
        ("signature", "no hex"),
        ("rows", "three"),
    ],
)
def test_a_manifest_in_which_anything_was_changed_is_found_out(name, value):
    file = made(*STORY)
    told = msgspec.json.decode(file.manifest)
    with pytest.raises(ManifestFalse):
        verified(file.content, msgspec.json.encode(told | {name: value}), KEYS)


def test_a_manifest_of_another_format_is_not_taken_for_one_of_this_however_well_it_is_signed():
    file = made(*STORY)
    other = msgspec.structs.replace(verified(file.content, file.manifest, KEYS), format="caretrail support register 2")
    signed = msgspec.structs.replace(other, signature=KEY.sign(statement(other)).hex())
    with pytest.raises(ManifestFalse, match="register 2"):
        verified(file.content, msgspec.json.encode(signed), KEYS)


def test_control_totals_that_are_not_those_of_the_file_are_found_out_however_well_they_are_signed():
    file = made(*STORY)
    told = verified(file.content, file.manifest, KEYS)
    for wrong in ({"adds": 2, "changes": 0}, {"rows": 4}):
        other = msgspec.structs.replace(told, **wrong)
        signed = msgspec.structs.replace(other, signature=KEY.sign(statement(other)).hex())
        with pytest.raises(ManifestFalse, match="totals"):
            verified(file.content, msgspec.json.encode(signed), KEYS)


def test_a_file_that_was_changed_is_found_out():
    file = made(*STORY)
    with pytest.raises(ManifestFalse):
        verified(file.content.replace("新增".encode(), "註銷".encode()), file.manifest, KEYS)


def test_a_file_that_somebody_else_signed_is_found_out():
    file = made(*STORY, key=Ed25519PrivateKey.generate())
    with pytest.raises(ManifestFalse):
        verified(file.content, file.manifest, KEYS)


# Delivery to a folder


def test_a_delivered_file_lies_in_the_folder_with_its_manifest_and_nothing_else(tmp_path):
    file = made(*STORY)
    receipt = DropFolder(tmp_path).deliver(file)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        file.name: file.content,
        file.manifest_name: file.manifest,
    }
    assert (receipt.name, receipt.digest) == (file.name, file.digest)
    assert receipt.manifest_digest == sha256(file.manifest).hexdigest()


def test_a_file_is_delivered_again_where_the_first_time_broke_off_or_was_not_known_to_succeed(tmp_path):
    file = made(*STORY)
    (tmp_path / file.name).write_bytes(file.content)
    drop = DropFolder(tmp_path)
    assert drop.deliver(file) == drop.deliver(file)
    assert (tmp_path / file.manifest_name).read_bytes() == file.manifest


def test_another_file_under_the_same_name_is_left_as_it_is(tmp_path):
    file = made(*STORY)
    drop = DropFolder(tmp_path)
    drop.deliver(file)
    with pytest.raises(NotDelivered) as told:
        drop.deliver(made(*STORY[:1]))
    assert told.value.fault is DeliveryFault.OTHER_FILE_THERE
    assert (tmp_path / file.name).read_bytes() == file.content


def test_a_folder_that_is_not_there_is_not_made(tmp_path):
    with pytest.raises(NotDelivered) as told:
        DropFolder(tmp_path / "unmounted").deliver(made())
    assert told.value.fault is DeliveryFault.NOT_WRITTEN
    assert not (tmp_path / "unmounted").exists()
