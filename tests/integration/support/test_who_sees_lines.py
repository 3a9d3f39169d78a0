"""A case about two people, at places in two counties: each looks at their own of it, and at no file of another."""

# ruff: noqa: F811 - a test names the fixtures that it takes

from base64 import b64decode, b64encode
from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from services.identity import commands as registry
from services.identity.commands import LicenceEntry
from services.support.commands import (
    AttachFile,
    DraftApplication,
    RemoveLines,
    ReturnApplication,
    SetLines,
    SubmitForReview,
)
from services.support.domain import refusals
from services.support.events import ApplicationKind, ReturnReason
from services.support.read_models.applications import Applications
from tests.controls.applicants import national_id
from tests.controls.family import BANQIAO_CLINIC, ZHONGHE_CLINIC
from tests.controls.supporters import BUREAU, HOME, INSURER, OTHER_BUREAU, PRACTITIONER, SATURDAY, line
from tests.integration.support.test_support_at_work import (  # noqa: F401 - the fixtures
    Window,
    fresh,
    town,
    until,
)

pytestmark = pytest.mark.postgres

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels" * 10 + b"\x00\x00\x00\x00IEND\xaeB`\x82"
COLLEAGUE = "DR-001235"
SECOND = replace(PRACTITIONER, id="person/3", acts_for=frozenset({COLLEAGUE}))


def attached(town, case, line_id):
    """A file of a line, by its id."""
    upload = uuid4()
    sent = {"application_id": str(case.id), "line_id": str(line_id), "upload": str(upload), "number": 0}
    Window(town, HOME).ask("receive_part", **sent, content=b64encode(PNG).decode())
    return upload, town.ask(AttachFile(case.id, line_id, upload, 1, "同意書.png"), HOME)


def whole(town, caller, case):
    return Window(town, caller).ask("application_whole", application_id=str(case.id))


def people(town, caller, case):
    return [entry["practitioner"] for entry in whole(town, caller, case)["entries"]]


def read(town, caller, case, file):
    asked = {"application_id": str(case.id), "file_id": str(file), "number": 0}
    return b64decode(Window(town, caller).ask("file_part", **asked)["content"])


def test_each_sees_of_a_case_what_concerns_them_and_nothing_that_was_not_submitted(town, until):
    licence = LicenceEntry("醫執字第0012346號", date(2020, 7, 1), date(2026, 6, 30))
    town.enter(
        registry.RecordPractitioner(COLLEAGUE, "林康", "A", national_id(2, "C"), BANQIAO_CLINIC, licence=licence)
    )
    until(lambda: town.knows(COLLEAGUE))
    case = town.ask(DraftApplication(ApplicationKind.NEW), HOME)
    colleagues = line(ZHONGHE_CLINIC, COLLEAGUE, schedule=SATURDAY)
    town.ask(SetLines(case.id, (line(), colleagues)), HOME)
    known = town.support.application.desk.application(case.id).lines
    ids = {entered.practitioner: line_id for line_id, entered in known.items()}
    [own] = PRACTITIONER.acts_for
    files = {number: attached(town, case, line_id)[0] for number, line_id in ids.items()}
    fresh(town, Applications, town.ask(SubmitForReview(case.id, 2), HOME))

    for caller in (HOME, BUREAU, INSURER):
        assert sorted(people(town, caller, case)) == sorted([own, COLLEAGUE])
    for caller, theirs, others in (
        (PRACTITIONER, own, COLLEAGUE),
        (SECOND, COLLEAGUE, own),
        (OTHER_BUREAU, own, COLLEAGUE),
    ):
        told = whole(town, caller, case)
        assert [entry["practitioner"] for entry in told["entries"]] == [theirs]
        assert [finding["line"] for finding in told["findings"]] == [str(ids[theirs])]
        [listed] = Window(town, caller).ask("applications")["entries"]
        assert (listed["lines"], len(listed["practitioner_names"]), len(listed["place_names"])) == (1, 1, 1)
        with capture_logs() as logged:
            assert read(town, caller, case, files[theirs]) == PNG
        [look] = [one for one in logged if one["event"] == "file_read"]
        assert (look["principal"], look["role"], look["file"]) == (caller.id, caller.role, str(files[theirs]))
        with pytest.raises(refusals.FileUnknown):
            read(town, caller, case, files[others])

    town.ask(ReturnApplication(case.id, ReturnReason.SCHEDULE, "請修正支援時間"), BUREAU)
    town.ask(RemoveLines(case.id, (ids[COLLEAGUE],)), HOME)
    later, changed = attached(town, case, ids[own])
    fresh(town, Applications, changed)
    assert people(town, HOME, case) == [own]
    assert read(town, HOME, case, later) == PNG
    assert whole(town, BUREAU, case)["listed"]["state"] == "returned"
    assert sorted(people(town, BUREAU, case)) == sorted([own, COLLEAGUE])
    assert people(town, SECOND, case) == [COLLEAGUE]
    for caller in (BUREAU, OTHER_BUREAU, PRACTITIONER):
        with pytest.raises(refusals.FileUnknown):
            read(town, caller, case, later)
