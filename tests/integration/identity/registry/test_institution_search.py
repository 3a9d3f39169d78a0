"""院所查詢: each condition narrows, the order is stable, pages follow one another, and thirty thousand are few."""

from datetime import date, time
from decimal import Decimal

import msgspec
import pytest

from services.identity import events
from services.identity.domain.registry.refusals import WeekdayUnknown
from services.identity.events import Programme, Session
from services.identity.read_models.institution_search import (
    Circle,
    InstitutionSearch,
    Listed,
    RadiusOutOfRange,
    SearchTooLong,
    SearchTooShort,
    institution,
    search,
)
from services.identity.read_models.institutions import Institutions
from shared.read_models.freshness import Positions
from shared.read_models.paging import CursorUnknown, PageTooLong
from shared.read_models.reader import Reader
from shared.store.log import Log
from tests.controls.family import BANQIAO_CLINIC, DAAN_CLINIC, ZHONGHE_CLINIC, taipei
from tests.controls.registry import (
    MORNING,
    PROFILE,
    institution_closed,
    institution_registered,
    institution_suspended,
    programme_joined,
)
from tests.controls.registry_of_many import many_institutions, store_institutions

NOW = taipei(2, 18, 10)
DAAN = events.InstitutionProfile(
    name="台大兒童醫院",
    kind=events.InstitutionKind.HOSPITAL,
    address=events.PlaceAddress("臺北市", "大安區", "106"),
    coordinates=events.Coordinates(Decimal("25.033"), Decimal("121.543")),
    departments=("02", "04"),
    hours=(events.WeekdayHours(2, (events.SessionHours(Session.MORNING, time(8, 30), time(11, 30)),)),),
)
ZHONGHE = events.InstitutionProfile(
    name="中和安康診所",
    kind=events.InstitutionKind.CLINIC,
    address=events.PlaceAddress("新北市", "中和區", "235"),
    departments=("01",),
)


def folded(*history):
    row = None
    for fact in history:
        row = Institutions().evolve((fact.institution,), row, fact)
    return row


@pytest.fixture(scope="module")
def ask(database):
    log, positions = Log(database, "identity"), Positions(database)
    reader = Reader(Institutions, database, log, positions)
    yield lambda now=NOW, **wanted: search(reader, InstitutionSearch(**wanted), now)
    for used in (reader, positions, log):
        used.close()


@pytest.fixture
def three(database):
    store_institutions(
        database,
        [
            folded(institution_registered(), programme_joined()),
            folded(institution_registered(DAAN_CLINIC, profile=DAAN)),
            folded(institution_registered(ZHONGHE_CLINIC, profile=ZHONGHE)),
        ],
    )


def codes(page):
    return [found.institution.code for found in page.entries]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [DAAN_CLINIC, BANQIAO_CLINIC, ZHONGHE_CLINIC]),
        ({"text": "安康"}, [BANQIAO_CLINIC, ZHONGHE_CLINIC]),
        ({"text": "臺大"}, [DAAN_CLINIC]),
        ({"text": "台大 兒童"}, [DAAN_CLINIC]),
        ({"text": "%_"}, []),
        ({"text": "35310"}, [BANQIAO_CLINIC, ZHONGHE_CLINIC]),
        ({"text": BANQIAO_CLINIC}, [BANQIAO_CLINIC]),
        ({"county": "台北市"}, [DAAN_CLINIC]),
        ({"county": "新北市", "district": "中和區"}, [ZHONGHE_CLINIC]),
        ({"kind": events.InstitutionKind.HOSPITAL}, [DAAN_CLINIC]),
        ({"department": "04"}, [DAAN_CLINIC, BANQIAO_CLINIC]),
        ({"programme": Programme.DEDICATED_DOCTOR}, [BANQIAO_CLINIC]),
        ({"programme": Programme.VACCINATION}, []),
        ({"weekday": 2}, [DAAN_CLINIC]),
        ({"weekday": 1, "session": Session.EVENING}, [BANQIAO_CLINIC]),
        ({"session": Session.MORNING}, [DAAN_CLINIC, BANQIAO_CLINIC]),
        ({"session": Session.AFTERNOON}, []),
        ({"open_at": taipei(2, 18, 8, 30)}, [DAAN_CLINIC]),
        ({"open_at": taipei(2, 18, 11, 30)}, []),
        ({"open_at": taipei(1, 30, 9)}, [BANQIAO_CLINIC]),
        ({"text": "安康", "department": "01", "county": "新北市", "weekday": 6}, [BANQIAO_CLINIC]),
    ],
)
@pytest.mark.usefixtures("three")
def test_each_condition_narrows_the_answer(ask, wanted, found):
    assert codes(ask(**wanted)) == found


def test_a_declared_holiday_stands_in_place_of_its_weekday(ask, database):
    holiday = (events.HolidayHours(date(2025, 2, 24)), events.HolidayHours(date(2025, 2, 25), (MORNING,)))
    profile = events.InstitutionProfile(
        name="安康診所",
        kind=events.InstitutionKind.CLINIC,
        address=PROFILE.address,
        hours=(events.WeekdayHours(1, (MORNING,)),),
        holiday_hours=holiday,
    )
    store_institutions(database, [folded(institution_registered(profile=profile))])
    assert codes(ask(open_at=taipei(2, 17, 10))) == [BANQIAO_CLINIC]
    assert codes(ask(open_at=taipei(2, 24, 10))) == []
    assert codes(ask(open_at=taipei(2, 25, 10))) == [BANQIAO_CLINIC]
    for day, hours in ((17, (MORNING,)), (24, ()), (25, (MORNING,)), (26, ())):
        [found] = ask(now=taipei(2, day, 23)).entries
        assert found.hours_today == hours


def test_who_is_suspended_is_not_open_today_whatever_the_week_says(ask, database):
    since = {"since": date(2025, 2, 17)}
    store_institutions(database, [folded(institution_registered(), institution_suspended(**since))])
    before, after = (ask(now=taipei(2, day, 10), listed=Listed.ALL).entries[0] for day in (10, 17))
    assert before.hours_today == after.institution.hours[0].sessions
    assert after.hours_today == ()


@pytest.mark.usefixtures("three")
def test_what_is_near_comes_nearest_first_with_its_distance(ask):
    here = Circle(Decimal("25.033"), Decimal("121.543"), 10_000)
    nearest, next_one = ask(near=here).entries
    assert (nearest.institution.code, nearest.metres) == (DAAN_CLINIC, 0)
    assert next_one.institution.code == BANQIAO_CLINIC
    assert next_one.metres == pytest.approx(8_150, abs=60)
    assert codes(ask(near=Circle(here.latitude, here.longitude, 8_000))) == [DAAN_CLINIC]


def test_the_suspended_and_the_closed_are_listed_only_when_all_are_asked_for(ask, database):
    store_institutions(
        database,
        [
            folded(institution_registered(), institution_suspended()),
            folded(institution_registered(DAAN_CLINIC), institution_closed(institution=DAAN_CLINIC)),
        ],
    )
    assert codes(ask(now=taipei(2, 19, 23, 59))) == [DAAN_CLINIC, BANQIAO_CLINIC]
    assert codes(ask(now=taipei(2, 20, 0))) == []
    assert codes(ask(now=taipei(2, 20, 0), listed=Listed.ALL)) == [DAAN_CLINIC, BANQIAO_CLINIC]


@pytest.mark.usefixtures("three")
def test_taking_part_in_a_programme_has_its_last_day(ask):
    assert codes(ask(now=taipei(12, 31, 23, 59), programme=Programme.DEDICATED_DOCTOR)) == [BANQIAO_CLINIC]
    after = taipei(12, 31, 23, 59).replace(year=2026)
    assert codes(ask(now=after, programme=Programme.DEDICATED_DOCTOR)) == []


@pytest.mark.parametrize(
    ("wanted", "refusal"),
    [
        ({"text": "安"}, SearchTooShort),
        ({"text": "安" * 101}, SearchTooLong),
        ({"near": Circle(Decimal(25), Decimal(121), 50_001)}, RadiusOutOfRange),
        ({"weekday": 8}, WeekdayUnknown),
    ],
)
@pytest.mark.usefixtures("three")
def test_what_cannot_be_asked_is_refused(ask, wanted, refusal):
    with pytest.raises(refusal):
        ask(**wanted)


@pytest.mark.usefixtures("three")
def test_an_institution_is_shown_as_it_was_entered(ask):
    [found] = ask(text=BANQIAO_CLINIC).entries
    shown = found.institution
    assert {name: getattr(shown, name) for name in PROFILE.__struct_fields__} == msgspec.structs.asdict(PROFILE)
    [joined] = shown.programmes
    assert (joined.programme, joined.since, joined.until) == (
        Programme.DEDICATED_DOCTOR,
        date(2025, 1, 1),
        date(2025, 12, 31),
    )


@pytest.mark.parametrize("near", [None, Circle(Decimal(24), Decimal(121), 50_000)])
def test_pages_follow_one_another_without_gaps_or_repetitions(database, near):
    store_institutions(database, many_institutions(400))
    log, positions = Log(database, "identity"), Positions(database)
    reader = Reader(Institutions, database, log, positions)
    wanted = InstitutionSearch(near=near, department="04")
    whole, seen, cursor = codes(search(reader, wanted, NOW, limit=200)), [], None
    while True:
        page = search(reader, wanted, NOW, limit=3, cursor=cursor)
        seen += codes(page)
        cursor = page.following
        if cursor is None:
            break
    assert len(whole) > 3
    assert seen == whole
    with pytest.raises(CursorUnknown):
        search(reader, wanted, NOW, cursor="?")
    with pytest.raises(PageTooLong):
        search(reader, wanted, NOW, limit=201)
    assert institution(reader, whole[0]).code == whole[0]
    assert institution(reader, "0000000000") is None
    for used in (reader, positions, log):
        used.close()
