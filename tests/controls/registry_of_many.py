"""Thirty thousand made-up institutions, the same at every run: as many as a country has."""

from __future__ import annotations

import random
from datetime import date, time
from decimal import Decimal

from services.identity import events
from services.identity.read_models.institutions import Institutions
from shared.read_models.tables import Rows
from shared.taiwan.codes import departments
from shared.taiwan.places import districts
from tests.controls.registry import institution_registered, programme_joined

MANY = 30_000
_SYLLABLES = "安康仁愛信義和平忠孝博濟慈祐德馨恩惠家庭親民大同中正長庚新光永春福元健生明杏林真善美宏恩"
_ENDINGS = ("診所", "小兒科診所", "耳鼻喉科診所", "牙醫診所", "中醫診所", "醫院", "藥局", "家庭醫學科診所")
_SESSIONS = (
    events.SessionHours(events.Session.MORNING, time(9), time(12)),
    events.SessionHours(events.Session.AFTERNOON, time(14, 30), time(17, 30)),
    events.SessionHours(events.Session.EVENING, time(18, 30), time(21, 30)),
)
NEW_YEAR = date(2026, 2, 17)
NEW_YEARS_DAYS = tuple(date(2026, 2, day) for day in range(14, 23))


def many_institutions(count=MANY):
    """Rows of the search, folded from events."""
    chance = random.Random(20250218)  # noqa: S311 - made-up data
    places = districts()
    codes = sorted(departments())
    model = Institutions()
    rows = []
    for number in range(count):
        place = chance.choice(places)
        code = f"35{number:08d}"
        name = "".join(chance.choices(_SYLLABLES, k=chance.randint(2, 4))) + chance.choice(_ENDINGS)
        profile = events.InstitutionProfile(
            name=name,
            kind=chance.choice(tuple(events.InstitutionKind)),
            address=events.PlaceAddress(place.county, place.name, place.postal_code, f"中山路{number % 700}號"),
            phone=f"02-{number:08d}",
            coordinates=events.Coordinates(_near(chance, 235), _near(chance, 1207)),
            departments=tuple(sorted(chance.sample(codes, 3))),
            hours=tuple(
                events.WeekdayHours(weekday, tuple(one for one in _SESSIONS if chance.random() < 0.6))
                for weekday in range(1, 8)
            ),
            holiday_hours=tuple(events.HolidayHours(day) for day in NEW_YEARS_DAYS),
        )
        row = model.evolve((code,), None, institution_registered(institution=code, profile=profile))
        if number % 10 == 0:
            row = model.evolve((code,), row, programme_joined(institution=code, until=None))
        rows.append(row)
    return rows


def _near(chance, tenths):
    return Decimal(tenths) / 10 + Decimal(chance.randint(-1_200_000, 1_200_000)) / 1_000_000


def store_institutions(database, rows):
    """A table of the read model with these rows, as a rebuild leaves it."""
    table = Rows(Institutions.table)
    with database.connect(name="test") as connection, connection.transaction():
        table.drop(connection)
        table.create(connection)
        table.copy_in(connection, rows)
        table.create_indexes(connection)
