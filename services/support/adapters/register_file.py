"""報備支援清冊檔 as bytes: a CSV file (docs/formats/support-register.md) and the signed manifest that vouches for it.

Both follow from their arguments alone: the same events give the same bytes, however often they are made, and so does
the manifest under the same key (Ed25519 draws nothing at random).
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import date  # noqa: TC003 - msgspec reads the annotation at run time
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec
from cryptography.exceptions import InvalidSignature

from services.support.domain.register_file import (
    ControlTotals,
    Recorded,
    RegisterChange,
    RegisterFile,
    file_name,
    row_of,
    totals_of,
)
from services.support.events import SupportAmended, SupportApproved, SupportCancelled
from services.support.events.schedules import Continuous, Picked, Recurring
from shared.calendar import TAIPEI
from shared.decoding import json_decoder
from shared.events import EventDecoder, event_name
from shared.relay.checkpoints import key_id_of
from shared.spreadsheets import csv_file
from shared.store.log import circumstances_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

    from services.support.domain.register_file import RegisterRow, Reported, Stretch
    from services.support.events.schedules import Schedule
    from shared.store.log import LogPage

FORMAT = "caretrail support register 1"

HEADINGS = (
    "序號",
    "異動別",
    "案件編號",
    "支援識別碼",
    "醫事人員代號",
    "執業機構代碼",
    "執業機構縣市",
    "被支援機構類別",
    "被支援機構代碼",
    "被支援機構名稱",
    "被支援機構縣市",
    "支援科別",
    "支援目的",
    "時間樣式",
    "規則",
    "首日",
    "末日",
    "開始時間",
    "結束時間",
    "排除日期",
    "選擇日期",
    "異動時間",
    "紀錄位置",
)

_REPORTED = frozenset(event.__name__ for event in (SupportApproved, SupportAmended, SupportCancelled))
"""The facts that the file tells of, in whichever version."""


class ManifestFalse(ValueError):
    """The manifest does not fit the file, or nobody whose key is known has signed it."""


class Manifest(msgspec.Struct, frozen=True):
    """What a file holds: of which Taipei day and which events, behind `after` up to `until`, with its control totals.

    `sha256` is that of the file, `previous` that of the one before it or empty; both, and the signature, in hex.
    """

    format: str
    day: date
    after: int
    until: int
    rows: int
    adds: int
    changes: int
    cancels: int
    sha256: str
    previous: str
    key_id: str
    signature: str = ""


_decode = json_decoder(Manifest).decode


def recorded_in(pages: Iterable[LogPage]) -> Iterator[Recorded]:
    """The events that the insurer is told of, out of pages of the log of support."""
    decoder = EventDecoder()
    for page in pages:
        for position, row in enumerate(page.rows, page.first):
            if event_name(row[0]) in _REPORTED:
                event: Reported = decoder.decode(row[0], row[1])  # type: ignore[assignment]
                yield Recorded(position, circumstances_of(row).time, event)


def register_file(day: date, stretch: Stretch, recorded: Iterable[Recorded], key: Ed25519PrivateKey) -> RegisterFile:
    """The file of a Taipei day with everything of that stretch of the log, which `recorded` gives in order."""
    key_id = key_id_of(key.public_key())
    return _file(day, stretch, recorded, key_id, lambda unsigned: key.sign(statement(unsigned)).hex())


def same_file(day: date, stretch: Stretch, recorded: Iterable[Recorded], key_id: str, signature: str) -> RegisterFile:
    """A file that was made before, to the byte, by what was recorded of its signature: no key is needed."""
    return _file(day, stretch, recorded, key_id, lambda _: signature)


def _file(
    day: date, stretch: Stretch, recorded: Iterable[Recorded], key_id: str, sign: Callable[[Manifest], str]
) -> RegisterFile:
    counts: Counter[RegisterChange] = Counter()
    content = csv_file(_lines(recorded, counts))
    totals = totals_of(counts)
    unsigned = Manifest(
        format=FORMAT,
        day=day,
        after=stretch.after,
        until=stretch.until,
        rows=totals.rows,
        adds=totals.adds,
        changes=totals.changes,
        cancels=totals.cancels,
        sha256=sha256(content).hexdigest(),
        previous=stretch.previous,
        key_id=key_id,
    )
    manifest = msgspec.structs.replace(unsigned, signature=sign(unsigned))
    return RegisterFile(
        f"{file_name(day)}.csv",
        content,
        f"{file_name(day)}.manifest.json",
        msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n",
        totals,
        manifest.sha256,
        key_id,
        manifest.signature,
    )


def statement(manifest: Manifest) -> bytes:
    """The text that is signed: the format, then a line of name and value each, every one with a line feed."""
    told = msgspec.structs.asdict(manifest)
    names = (name for name in manifest.__struct_fields__ if name not in {"format", "signature"})
    return "".join([f"{manifest.format}\n", *(f"{name} {told[name]}\n" for name in names)]).encode()


def verified(content: bytes, manifest: bytes, keys: Mapping[str, Ed25519PublicKey]) -> Manifest:
    """The manifest of a file that is as it was signed by one of these keys, by their ids; raises ManifestFalse."""
    try:
        told = _decode(manifest)
        keys[told.key_id].verify(bytes.fromhex(told.signature), statement(told))
    except (msgspec.MsgspecError, ValueError) as error:
        raise ManifestFalse("the manifest cannot be read") from error
    except KeyError as error:
        raise ManifestFalse(f"nobody knows the key {error}") from error
    except InvalidSignature as error:
        raise ManifestFalse("the signature is not that of the manifest") from error
    if told.format != FORMAT:
        raise ManifestFalse(f"the format is {told.format}, not {FORMAT}")
    if sha256(content).hexdigest() != told.sha256:
        raise ManifestFalse("the file is not the one that was signed")
    if (
        _counted(content) != ControlTotals(told.adds, told.changes, told.cancels)
        or told.rows != told.adds + told.changes + told.cancels
    ):
        raise ManifestFalse("the control totals are not those of the file")
    return told


def _counted(content: bytes) -> ControlTotals:
    """The control totals of a file, counted row by row."""
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    return totals_of(Counter(RegisterChange(row["異動別"]) for row in rows))


def _lines(recorded: Iterable[Recorded], counts: Counter[RegisterChange]) -> Iterator[Sequence[str]]:
    """The headings and a line an event, none of which is kept; how many there are of each kind is counted."""
    yield HEADINGS
    for number, row in enumerate(map(row_of, recorded), start=1):
        counts[row.change] += 1
        yield _cells(number, row)


def _cells(number: int, row: RegisterRow) -> Sequence[str]:
    return (
        str(number),
        row.change,
        row.case_no,
        str(row.support),
        row.practitioner,
        row.institution,
        row.county,
        row.place.kind,
        row.place.code,
        row.place.name,
        row.place.county,
        row.department,
        ";".join(row.terms.purposes),
        *_schedule_cells(row.terms.schedule),
        row.happened_at.astimezone(TAIPEI).isoformat(timespec="seconds"),
        str(row.position),
    )


def _schedule_cells(schedule: Schedule) -> tuple[str, ...]:
    """時間樣式, 規則, 首日, 末日, 開始時間, 結束時間, 排除日期, 選擇日期."""
    times = (f"{schedule.starts:%H:%M}", f"{schedule.ends:%H:%M}")
    match schedule:
        case Continuous(first=first, last=last):
            return ("continuous", "", first.isoformat(), last.isoformat(), *times, "", "")
        case Recurring(rule=rule, first=first, last=last, exceptions=exceptions):
            return ("recurring", rule, first.isoformat(), last.isoformat(), *times, _days(exceptions), "")
        case Picked(days=days):
            return ("picked", "", min(days).isoformat(), max(days).isoformat(), *times, "", _days(days))


def _days(days: Iterable[date]) -> str:
    return ";".join(day.isoformat() for day in days)
