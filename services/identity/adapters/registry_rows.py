"""What one row of a registry file says: an institution, a practitioner or a place as the register has it.

Columns are named as on forms (docs/operators/imports.md). Dates may be of the ROC or Western, closed choices in Chinese
or by their code, several in one cell are separated by ; or 、.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from services.identity.commands import (
    HolidayEntry,
    HoursEntry,
    LicenceEntry,
    ParticipationEntry,
    RecordInstitution,
    RecordPlace,
    RecordPractitioner,
    RegisterCard,
    Standing,
    StandingEntry,
    TrainingEntry,
)
from services.identity.events import InstitutionKind, Programme, Session
from shared.cards.profiles import CardKind
from shared.imports.cells import Cells, choice_of
from shared.imports.files import Columns
from shared.refusals import Refusal
from shared.taiwan.codes import departments, professions
from shared.taiwan.dates import parse_date
from shared.taiwan.text import folded

if TYPE_CHECKING:
    from collections.abc import Mapping


class HoursUnreadable(Refusal):
    """Service hours are written as 週一上午0900~1200, long holidays as 114/01/29休診 or 114/01/30上午0900~1200."""


class ParticipationUnreadable(Refusal):
    """Taking part is written as the programme and its days: 幼兒專責醫師 114/01/01~114/12/31, the last day if any."""


class CreditsUnreadable(Refusal):
    """Credits are a whole number."""


INSTITUTIONS = Columns(
    headings={
        "institution": "醫事機構代碼",
        "name": "機構名稱",
        "kind": "院所類別",
        "county": "縣市",
        "district": "區域",
        "street": "地址",
        "phone": "電話",
        "latitude": "緯度",
        "longitude": "經度",
        "departments": "診療科別",
        "hours": "服務時段",
        "holiday_hours": "長假期時段",
        "standing": "開業狀態",
        "since": "狀態起日",
        "until": "狀態迄日",
        "programmes": "參與計畫",
    },
    required=frozenset({"institution", "name", "kind", "county"}),
    alternatives={"醫事機構名稱": "name", "機構代碼": "institution"},
)

PERSONNEL = Columns(
    headings={
        "practitioner": "醫事人員代號",
        "name": "姓名",
        "profession": "醫事人員類別",
        "identifier": "身分證字號",
        "mobile": "行動電話",
        "institution": "執業機構代碼",
        "since": "執業起日",
        "licence.number": "執照字號",
        "licence.valid_from": "執照起日",
        "licence.valid_until": "執照迄日",
        "training.programme": "訓練計畫",
        "training.course": "訓練課程",
        "training.credits": "訓練學分",
        "training.earned_on": "學分取得日",
        "programmes": "參與計畫",
    },
    required=frozenset({"practitioner", "name", "profession"}),
    alternatives={"醫事機構代碼": "institution"},
)

PLACES = Columns(
    headings={"code": "代碼", "name": "名稱", "county": "縣市", "district": "區域", "street": "地址"},
    required=frozenset({"code", "name", "county"}),
)

CARDS = Columns(
    headings={
        "kind": "卡別",
        "issuer": "發卡單位",
        "serial": "憑證主體序號",
        "holder": "持卡人代號",
        "name": "持卡人名稱",
    },
    required=frozenset({"kind", "issuer", "serial", "holder"}),
)

CARD_KINDS = {
    "醫事人員憑證卡": CardKind.PERSONNEL,
    "醫事機構憑證卡": CardKind.INSTITUTION,
    "政府憑證卡": CardKind.GOVERNMENT,
    "自然人憑證": CardKind.CITIZEN,
    "醫事人員卡": CardKind.PERSONNEL,
    "醫事機構卡": CardKind.INSTITUTION,
}
"""The words of S001's log-in first; the last two are those of other portals' lists."""
KINDS = {
    "醫院": InstitutionKind.HOSPITAL,
    "西醫診所": InstitutionKind.CLINIC,
    "診所": InstitutionKind.CLINIC,
    "牙醫診所": InstitutionKind.DENTAL_CLINIC,
    "中醫診所": InstitutionKind.CHINESE_MEDICINE_CLINIC,
    "衛生所": InstitutionKind.PUBLIC_HEALTH_CENTRE,
    "藥局": InstitutionKind.PHARMACY,
    "醫事檢驗所": InstitutionKind.LABORATORY,
    "治療所": InstitutionKind.THERAPY,
    "助產所": InstitutionKind.MIDWIFERY,
    "護理機構": InstitutionKind.NURSING,
    "其他": InstitutionKind.OTHER,
}
STANDINGS = {"開業": Standing.OPEN, "停業": Standing.SUSPENDED, "歇業": Standing.CLOSED}
PROGRAMMES = {
    "幼兒專責醫師": Programme.DEDICATED_DOCTOR,
    "家庭醫師": Programme.FAMILY_PHYSICIAN,
    "居家失能": Programme.HOME_CARE_PHYSICIAN,
    "糖尿病照護網": Programme.DIABETES_NETWORK,
    "兒童預防保健": Programme.CHILD_PREVENTIVE_CARE,
    "成人預防保健": Programme.ADULT_PREVENTIVE_CARE,
    "預防針接種": Programme.VACCINATION,
}
_SESSIONS = {"上午": Session.MORNING, "下午": Session.AFTERNOON, "晚上": Session.EVENING}
_WEEKDAYS = "一二三四五六日"
_SEVERAL = re.compile(r"[;、]")
_TIMES = r"(上午|下午|晚上)([0-9:]{4,5})[~-]([0-9:]{4,5})"
_HOURS = re.compile(rf"(?:週|星期)?([{_WEEKDAYS}]){_TIMES}")
_HOLIDAY = re.compile(rf"([0-9/-]{{6,10}}?)(?:休診|{_TIMES})")
_NUMBER = re.compile(r"[0-9]{1,9}")
"""Longer ones are no credits, and Python reads none of thousands of digits."""
_PARTICIPATION = re.compile(r"(\D+?)([0-9/]{6,10})(?:~([0-9/]{6,10}))?")


def institution_of(cells: Mapping[str, str]) -> RecordInstitution:
    """The institution of a row of `INSTITUTIONS`; raises a Refusal, InvalidForm where there are several."""
    row = Cells(cells)
    code, name, county = row.needed("institution"), row.needed("name"), row.needed("county")
    row.needed("kind")
    kind = row.choice("kind", KINDS) or InstitutionKind.OTHER
    standing, since, until = row.choice("standing", STANDINGS), row.day("since"), row.day("until")
    hours, holidays = row.read("hours", _hours), row.read("holiday_hours", _holidays)
    programmes = row.read("programmes", _programmes) or ()
    row.refuse_faults()
    return RecordInstitution(
        institution=code,
        name=name,
        kind=kind,
        county=county,
        district=row.text("district"),
        street=row.text("street"),
        phone=row.text("phone"),
        latitude=row.text("latitude"),
        longitude=row.text("longitude"),
        departments=_codes(row.text("departments"), {one.name: one.code for one in departments().values()}),
        hours=hours,
        holiday_hours=holidays,
        standing=StandingEntry(standing, since, until) if standing is not None else None,
        programmes=programmes,
    )


def practitioner_of(cells: Mapping[str, str]) -> RecordPractitioner:
    """The practitioner of a row of `PERSONNEL`; raises as `institution_of`."""
    row = Cells(cells)
    number, name, profession = row.needed("practitioner"), row.needed("name"), row.needed("profession")
    since, programmes = row.day("since"), row.read("programmes", _programmes) or ()
    licence, training = _licence(row), _training(row)
    row.refuse_faults()
    by_name = {one.name: one.code for one in professions().values()}
    return RecordPractitioner(
        practitioner=number,
        name=name,
        profession=by_name.get(folded(profession), profession),
        identifier=row.text("identifier"),
        mobile=row.text("mobile"),
        institution=row.text("institution"),
        since=since,
        licence=licence,
        training=training,
        programmes=programmes,
    )


def place_of(cells: Mapping[str, str]) -> RecordPlace:
    """The place of a row of `PLACES`; raises as `institution_of`."""
    row = Cells(cells)
    code, name, county = row.needed("code"), row.needed("name"), row.needed("county")
    row.refuse_faults()
    return RecordPlace(code, name, county, row.text("district"), row.text("street"))


def card_of(cells: Mapping[str, str]) -> RegisterCard:
    """The card of a row of `CARDS`; raises as `institution_of`."""
    row = Cells(cells)
    issuer, serial, holder = row.needed("issuer"), row.needed("serial"), row.needed("holder")
    row.needed("kind")
    kind = row.choice("kind", CARD_KINDS) or CardKind.PERSONNEL
    row.refuse_faults()
    return RegisterCard(kind, issuer, serial, holder, row.text("name"))


def _licence(row: Cells) -> LicenceEntry | None:
    if not row.text("licence.number"):
        return None
    valid_from = row.needed_day("licence.valid_from")
    return LicenceEntry(row.text("licence.number"), valid_from, row.day("licence.valid_until"))


def _training(row: Cells) -> TrainingEntry | None:
    if not row.text("training.credits"):
        return None
    row.needed("training.programme")
    programme = row.choice("training.programme", PROGRAMMES) or Programme.DEDICATED_DOCTOR
    course, earned_on = row.needed("training.course"), row.needed_day("training.earned_on")
    return TrainingEntry(programme, course, row.read("training.credits", _whole_number) or 0, earned_on)


def _whole_number(text: str) -> int:
    number = folded(text)
    if not _NUMBER.fullmatch(number):
        raise CreditsUnreadable("training.credits")
    return int(number)


def _several(text: str) -> list[str]:
    return [part for part in _SEVERAL.split(folded(text)) if part]


def _codes(text: str, by_name: Mapping[str, str]) -> tuple[str, ...]:
    """The codes that a cell names, each by its name or as it stands; whether there is such a code is found later."""
    return tuple(by_name.get(part, part) for part in _several(text))


def _hours(text: str) -> tuple[HoursEntry, ...]:
    entries = []
    for part in _several(text):
        match = _HOURS.fullmatch(part)
        if match is None:
            raise HoursUnreadable("hours")
        weekday, session, opens, closes = match.groups()
        entries.append(HoursEntry(_WEEKDAYS.index(weekday) + 1, _SESSIONS[session], opens, closes))
    return tuple(entries)


def _holidays(text: str) -> tuple[HolidayEntry, ...]:
    entries = []
    for part in _several(text):
        match = _HOLIDAY.fullmatch(part)
        if match is None:
            raise HoursUnreadable("holiday_hours")
        day, session, opens, closes = match.groups()
        date = parse_date(day, field="holiday_hours")
        entries.append(HolidayEntry(date, _SESSIONS.get(session, Session.MORNING), opens or "", closes or ""))
    return tuple(entries)


def _programmes(text: str) -> tuple[ParticipationEntry, ...]:
    entries = []
    for part in _several(text):
        match = _PARTICIPATION.fullmatch(part)
        if match is None:
            raise ParticipationUnreadable("programmes")
        word, since, until = match.groups()
        entries.append(
            ParticipationEntry(
                choice_of(word, PROGRAMMES, "programmes"),
                parse_date(since, field="programmes"),
                parse_date(until, field="programmes") if until else None,
            )
        )
    return tuple(entries)
