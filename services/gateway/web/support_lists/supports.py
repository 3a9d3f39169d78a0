"""他院支援本院, 本院支援他院, one's own: supports that were approved, by filters that can be seen and removed."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from flask import Response, request, url_for

from services.gateway.web.asking import caller
from services.gateway.web.paging import cursor_asked
from services.gateway.web.practice.area import INSTITUTIONS, PRACTITIONERS
from services.gateway.web.rendering import show, today
from services.gateway.web.support.schedules_told import schedule_told
from services.gateway.web.support.shapes import supports_in
from services.gateway.web.support_lists.area import SUPPORT_LISTS
from services.gateway.web.support_lists.filters import place_sought
from services.gateway.web.support_lists.workbook import XLSX, sheet_of
from services.gateway.web.work.filters import Filter, Filters, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flask.typing import ResponseReturnValue

    from services.gateway.web.support.shapes import SupportListed

PAGE, PAGE_OF_FILE = 50, 200


class Side(StrEnum):
    """From where a list of supports is looked at, as the words name it."""

    OWN = "own"
    """本人的支援"""
    SENT = "sent"
    """本院支援他院"""
    RECEIVED = "received"
    """他院支援本院"""


class Holding(StrEnum):
    """案件狀態 that can be asked for."""

    APPROVED = "approved"
    """已核准, also while a change is under review"""
    PENDING = "pending"
    """已核准，案件變更或註銷申請中"""
    CANCELLED = "cancelled"
    """註銷"""
    ANY = "any"


_STATES: Mapping[Holding, tuple[str, ...]] = {
    Holding.APPROVED: ("approved", "amend_pending", "cancel_pending"),
    Holding.PENDING: ("amend_pending", "cancel_pending"),
    Holding.CANCELLED: ("cancelled",),
    Holding.ANY: (),
}
_STATE = "state"
_COMMON = (Filter("case_no", Kind.TEXT), Filter("practitioner", Kind.TEXT))
_DAYS = (Filter("first", Kind.DAY), Filter("last", Kind.DAY), Filter(_STATE, Kind.TEXT, tuple(Holding)))
FILTERS: Mapping[Side, tuple[Filter, ...]] = {
    Side.OWN: (Filter("case_no", Kind.TEXT), Filter("supported", Kind.TEXT), *_DAYS),
    Side.SENT: (*_COMMON, Filter("supported", Kind.TEXT), *_DAYS),
    Side.RECEIVED: (*_COMMON, Filter("home", Kind.TEXT), *_DAYS),
}
"""案件編號, 姓名, 支援或被支援機構, 支援日期, 案件狀態 (DOMAIN §1.2 row 29)."""


class Supporter(msgspec.Struct, frozen=True):
    """Somebody whose supports are listed."""

    practitioner: str
    practitioner_name: str


class Choice(NamedTuple):
    """One of those to choose from."""

    value: str
    label: str


@SUPPORT_LISTS.page("/support/supports/own", PRACTITIONERS)
def own() -> ResponseReturnValue:
    """本人的支援."""
    return _listed(Side.OWN)


@SUPPORT_LISTS.page("/support/supports/sent", INSTITUTIONS)
def sent() -> ResponseReturnValue:
    """本院支援他院."""
    return _listed(Side.SENT)


@SUPPORT_LISTS.page("/support/supports/received", INSTITUTIONS)
def received() -> ResponseReturnValue:
    """他院支援本院."""
    return _listed(Side.RECEIVED)


@SUPPORT_LISTS.page("/support/supports/own.xlsx", PRACTITIONERS)
def own_file() -> ResponseReturnValue:
    """匯出本人的支援."""
    return _file(Side.OWN)


@SUPPORT_LISTS.page("/support/supports/sent.xlsx", INSTITUTIONS)
def sent_file() -> ResponseReturnValue:
    """匯出本院支援他院."""
    return _file(Side.SENT)


@SUPPORT_LISTS.page("/support/supports/received.xlsx", INSTITUTIONS)
def received_file() -> ResponseReturnValue:
    """匯出他院支援本院."""
    return _file(Side.RECEIVED)


def _listed(side: Side) -> ResponseReturnValue:
    filters, cursor = _filters(side), cursor_asked()
    asked = _asked(side, filters)
    found = caller().ask("support.supports", {**asked, "limit": PAGE, "cursor": cursor})
    return show(
        "support_lists/supports.html",
        side=side,
        base=url_for(f"support_lists.{side}"),
        file=url_for(f"support_lists.{side}_file"),
        filters=filters,
        every_state=_in_every_state(side, filters),
        holdings=tuple(Holding),
        supporters=_supporters(side),
        supports=supports_in(found),
        following=found["following"],
        is_first=cursor is None,
        schedule_told=schedule_told,
    )


def _filters(side: Side) -> Filters:
    """What the address asks for; where it says nothing of the state, 已核准 (S001)."""
    given = request.args.to_dict(flat=False)
    return Filters.read(FILTERS[side], {_STATE: [Holding.APPROVED], **given})


def _in_every_state(side: Side, filters: Filters) -> str:
    """The query string by which nothing is left out because of its state."""
    return Filters(FILTERS[side], {**filters.values, _STATE: (Holding.ANY,)}).address()


def _asked(side: Side, filters: Filters) -> dict[str, object]:
    asked = place_sought(filters)
    states = list(_STATES[Holding(str(asked.pop(_STATE, Holding.ANY)))])
    return {**asked, **_end(side), **({"states": states} if states else {})}


def _end(side: Side) -> Mapping[str, object]:
    """At which end the caller's institution stands."""
    known = caller().known
    code = known.institution if known else None
    return {Side.OWN: {}, Side.SENT: {"institution": code}, Side.RECEIVED: {"place": code}}[side]


def _supporters(side: Side) -> list[Choice]:
    if side is Side.OWN:
        return []
    told = msgspec.convert(caller().ask("support.supporters", _end(side)), list[Supporter])
    return [Choice(one.practitioner, one.practitioner_name or one.practitioner) for one in told]


def _file(side: Side) -> Response:
    """Everything that the filters let through, as a workbook."""
    filters = _filters(side)
    content = sheet_of(side, list(_every(_asked(side, filters))))
    response = Response(content, content_type=XLSX)
    name = f"caretrail-{side}-{today():%Y%m%d}.xlsx"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _every(asked: Mapping[str, object]) -> Iterator[SupportListed]:
    """The supports of every page; the session is looked up anew for each, as what signs for it lives a minute."""
    cursor: str | None = None
    while True:
        found = caller().ask("support.supports", {**asked, "limit": PAGE_OF_FILE, "cursor": cursor})
        yield from supports_in(found)
        cursor = found["following"]
        if cursor is None:
            return
        caller().look_again()
