"""A made-up family, its doctors and its clock, as the examples of events tell of them.

Nobody here exists; the identifiers pass their checksums. Sealed boxes are real, under keys that anybody may know.
"""

from __future__ import annotations

import base64
from datetime import UTC, date, datetime
from hashlib import sha256
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.matching import events
from shared.sealing import Sealed, SubjectId

CASE = UUID("3d5e0c1a-0001-4000-8000-000000000001")
CHANGE_CASE = UUID("3d5e0c1a-0001-4000-8000-000000000002")
ENROLMENT = UUID("3d5e0c1a-0002-4000-8000-000000000001")
CASE_NO = "250218P1621006"
CHANGE_CASE_NO = "250609P0915001"

CHILD = SubjectId(UUID("5b7ec700-0001-4000-8000-000000000001"))
MOTHER = SubjectId(UUID("5b7ec700-0002-4000-8000-000000000001"))
CONTACT = SubjectId(UUID("5b7ec700-0003-4000-8000-000000000001"))
BIRTH = SubjectId(UUID("5b7ec700-0004-4000-8000-000000000001"))

BANQIAO_CLINIC, BANQIAO_DOCTOR = "3531012346", "DR-001234"
DAAN_CLINIC, DAAN_DOCTOR = "3501180055", "DR-005678"
ZHONGHE_CLINIC, ZHONGHE_DOCTOR = "3531040091", "DR-009012"

RESIDENCE = events.Address(county="新北市", district="板橋區", postal_code="220", street="中山路一段161號")
BORN_CHILD = events.Child(
    residence=RESIDENCE,
    birth_date=date(2025, 1, 20),
    name="林小安",
    sex=events.Sex.FEMALE,
    identifier="F200000017",
)
MOTHERS_ID = events.Mother(kind=events.IdentifierKind.NATIONAL_ID, identifier="A200000030")
FATHER = events.Contact(
    relation=events.Relation.FATHER, name="林大明", mobile="0912345678", email="lin.family@example.tw"
)
PREFERENCES = (
    events.Preference(1, BANQIAO_CLINIC, BANQIAO_DOCTOR, "新北市", "板橋區"),
    events.Preference(2, DAAN_CLINIC, DAAN_DOCTOR, "臺北市", "大安區"),
    events.Preference(3, ZHONGHE_CLINIC, ZHONGHE_DOCTOR, "新北市", "中和區"),
)


def person_key(subject):
    """The data key that this person has in the examples: anybody may know it."""
    return sha256(b"example key of " + subject.bytes).digest()


def sealed(subject, value):
    """A box as the vault makes them, with a nonce that follows from its content, so that it is always the same."""
    plain = msgspec.json.encode(value)
    nonce = sha256(subject.bytes + plain).digest()[:12]
    bound_to = subject.bytes + type(value).__name__.encode()
    ciphertext = AESGCM(person_key(subject)).encrypt(nonce, plain, bound_to)
    return Sealed(subject, base64.b64encode(nonce + ciphertext).decode())


def taipei(month, day, hour, minute=0):
    """A moment of 2025 by Taiwan's clock, in UTC."""
    return datetime.fromisoformat(f"2025-{month:02}-{day:02}T{hour:02}:{minute:02}:00+08:00").astimezone(UTC)


def end_of(month, day):
    """The last moment of a day of 2025 in Taiwan, in UTC."""
    return datetime.fromisoformat(f"2025-{month:02}-{day:02}T23:59:59.999999+08:00").astimezone(UTC)


def first(aggregate, originator_id, at):
    """What the first event of an aggregate begins with."""
    return {
        "originator_id": originator_id,
        "originator_version": 1,
        "timestamp": at,
        "originator_topic": f"matching.{aggregate}",
    }


def later(version, at, originator_id=CASE):
    """What a later event of an aggregate begins with."""
    return {"originator_id": originator_id, "originator_version": version, "timestamp": at}
