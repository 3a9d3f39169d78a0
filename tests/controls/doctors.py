"""Doctors whom families may name, and a made-up country full of them and of institutions, the same at every run."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal

from msgspec.structs import replace as changed

from services.identity import events as registry
from shared.taiwan.places import districts
from tests.controls.registry import (
    PROFILE,
    institution_registered,
    practitioner_joined_programme,
    practitioner_registered,
    programme_joined,
    training_credited,
)


def of_doctor(event, number):
    return replace(event, practitioner=number)


def taking_part(number, institution, name="陳安康"):
    """A doctor who can be named."""
    return (
        practitioner_registered(number, name=name, institution=institution),
        of_doctor(practitioner_joined_programme(), number),
        of_doctor(training_credited(), number),
    )


def a_country_full(institutions=30_000, doctors=40_000):
    """As many as a country has; one institution in ten takes part, with its doctors."""
    chance = random.Random(20250218)  # noqa: S311 - made-up data
    places = districts()
    for number in range(institutions):
        place, code = chance.choice(places), f"35{number:08d}"
        profile = changed(
            PROFILE,
            name="".join(chance.choices("安康仁愛信義和平忠孝博濟慈祐", k=4)) + "診所",
            address=registry.PlaceAddress(place.county, place.name, place.postal_code, "中山路1號"),
            coordinates=registry.Coordinates(
                Decimal(chance.randint(21_900_000, 25_300_000)) / 1_000_000,
                Decimal(chance.randint(120_000_000, 122_000_000)) / 1_000_000,
            ),
        )
        yield institution_registered(code, profile=profile)
        if number % 10 == 0:
            yield programme_joined(code, until=None)
    for number in range(doctors):
        of_ten = chance.randrange(institutions // 10) * 10 if number % 4 == 0 else chance.randrange(institutions)
        name = "".join(chance.choices("王李張陳林小大明美玉", k=3))
        events = taking_part(f"DR-{number:06d}", f"35{of_ten:08d}", name)
        yield from events if number % 4 == 0 else events[:1]
