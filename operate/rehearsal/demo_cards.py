"""演練劇中人: the invented people of the card demonstration, their cards, and how the register knows them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from io import StringIO
from typing import TYPE_CHECKING

from operate.rehearsal.pki import YEAR, agency, citizen, institution, personnel
from operate.rehearsal.virtual_card import Chip, VirtualNhiCard, VirtualPkiCard
from services.support.demonstration import cast
from shared.cards.applet import Holder
from shared.cards.nhi_card import BasicBlock
from shared.cards.profiles import CardKind
from shared.taiwan.identifiers import Sex

if TYPE_CHECKING:
    from datetime import datetime

    from operate.rehearsal.pki import Pki, Profile
    from operate.rehearsal.responder import Responder
    from operate.rehearsal.virtual_card import VirtualCard

CLINIC, CLINICS_NAME = cast.CLINIC.code, cast.CLINIC.name
DOCTOR, DOCTORS_NAME = cast.DOCTOR.number, cast.DOCTOR.name
DOCTORS_ID, DOCTORS_MOBILE = cast.DOCTOR.identifier, cast.DOCTOR.mobile
BORN_ON = date(1985, 4, 12)
NHI_CARD_NUMBER = "000090000001"
CITIZEN, CITIZENS_ID = "林小美", "B200000022"
COUNTY = cast.NEW_TAIPEI
CENTRE = "新北市演練照顧管理中心"
NHI = "nhi"

_SERIALS = {
    CardKind.PERSONNEL: "9000000000000001",
    CardKind.INSTITUTION: "9000000000000002",
    CardKind.CITIZEN: "9000000000000003",
    CardKind.GOVERNMENT: "9000000000000004",
}
_PINS = {
    CardKind.PERSONNEL: "246810",
    CardKind.INSTITUTION: "135791",
    CardKind.CITIZEN: "112233",
    CardKind.GOVERNMENT: "445566",
}
_LISTED_AS = {
    CardKind.PERSONNEL: ("醫事人員憑證卡", DOCTOR),
    CardKind.INSTITUTION: ("醫事機構憑證卡", CLINIC),
    CardKind.GOVERNMENT: ("政府憑證卡", COUNTY),
}


@dataclass(frozen=True)
class DemoCard:
    """A card of the demonstration, by the name under which it is put into a reader; NHI cards have no PIN."""

    name: str
    holder: str
    pin: str
    card: VirtualCard


def profiles() -> dict[CardKind, Profile]:
    """What the certificates of the cards say."""
    return {
        CardKind.PERSONNEL: personnel(DOCTORS_NAME, _SERIALS[CardKind.PERSONNEL]),
        CardKind.INSTITUTION: institution(CLINICS_NAME, _SERIALS[CardKind.INSTITUTION]),
        CardKind.CITIZEN: citizen(CITIZEN, _SERIALS[CardKind.CITIZEN], CITIZENS_ID[-4:]),
        CardKind.GOVERNMENT: agency(CENTRE, _SERIALS[CardKind.GOVERNMENT]),
    }


def issued(pki: Pki, responder: Responder, now: datetime) -> dict[str, DemoCard]:
    """Every card by its name: one of each kind of the PKI, and the doctor's NHI card."""
    doctor = Holder(DOCTORS_NAME, "HSU, MU-CHING", "F", BORN_ON, f"{DOCTORS_ID[:3]}****{DOCTORS_ID[-3:]}", "A")
    cards = {}
    for kind, profile in profiles().items():
        signed = pki.issuer(kind).issue(responder.named_in(profile, kind), now - timedelta(days=1), now + YEAR)
        holder = doctor if kind is CardKind.PERSONNEL else Holder(profile.common_name)
        chip = Chip(signed, kind, holder, f"TEST{_SERIALS[kind]}", _PINS[kind])
        cards[kind.value] = DemoCard(kind, profile.common_name, chip.pin, VirtualPkiCard(chip))
    block = BasicBlock(NHI_CARD_NUMBER, DOCTORS_NAME, DOCTORS_ID, BORN_ON, Sex.FEMALE, date(2020, 5, 1))
    return cards | {NHI: DemoCard(NHI, DOCTORS_NAME, "", VirtualNhiCard(block))}


def registered_cards(pki: Pki) -> str:
    """The file by which the register learns whose the cards are, in CSV; their holders it knows by the story."""
    return _csv(
        *(
            {
                "卡別": listed,
                "發卡單位": pki.issuer(kind).certificate.subject.rfc4514_string(),
                "憑證主體序號": _SERIALS[kind],
                "持卡人代號": holder,
                "持卡人名稱": profiles()[kind].common_name,
            }
            for kind, (listed, holder) in _LISTED_AS.items()
        )
    )


def moved_to(institution: str) -> str:
    """The file by which the register learns that the doctor practises at another institution (its code), in CSV."""
    return _csv({"醫事人員代號": DOCTOR, "姓名": DOCTORS_NAME, "醫事人員類別": "A", "執業機構代碼": institution})


def _csv(*rows: dict[str, str]) -> str:
    written = StringIO()
    writer = csv.DictWriter(written, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue()
