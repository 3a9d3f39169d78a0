"""Files on their way to an application: so many at once, each for an hour."""

from datetime import timedelta
from uuid import uuid4

import pytest

from services.support.application.attaching import receive_part
from services.support.commands import AttachFile
from services.support.domain import refusals
from services.support.domain.files import UPLOADS_MOST, Upload
from services.support.domain.policies import POLICIES
from tests.controls.supporters import PRACTITIONER, line

pytestmark = pytest.mark.postgres

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels" * 10 + b"\x00\x00\x00\x00IEND\xaeB`\x82"


@pytest.fixture
def case(office):
    return office.drafted(line(), line())


def sent(office, case, now=None, number=0, upload=None):
    """One part of a file on its way to the first line."""
    first, _ = office.application(case.id).lines
    upload = upload or Upload(case.id, first, uuid4())
    receive_part(office.supporting.desk, upload, number, PNG, PRACTITIONER, now or office.now)
    return upload


def test_so_many_files_of_an_application_are_on_their_way_and_no_other_begins(office, case):
    *_, last = [sent(office, case) for _ in range(UPLOADS_MOST)]
    with pytest.raises(refusals.UploadsTooMany) as refused:
        sent(office, case)
    assert refused.value.params == {"limit": UPLOADS_MOST}
    sent(office, case, number=1, upload=last)  # one that has begun goes on
    sent(office, office.drafted(line(), line()))  # and so does another application


def test_what_was_left_on_its_way_keeps_nothing_out_after_an_hour(office, case):
    for _ in range(UPLOADS_MOST):
        sent(office, case)
    sent(office, case, now=office.now + timedelta(hours=1, seconds=1))


def test_what_has_been_attached_is_not_on_its_way_any_more(office, case):
    lines = list(office.application(case.id).lines)
    most = POLICIES[0].attachments_most
    assert most * len(lines) >= UPLOADS_MOST
    for line_id in lines:
        for _ in range(most - 1):
            upload = sent(office, case, upload=Upload(case.id, line_id, uuid4()))
            office.ask(AttachFile(case.id, line_id, upload.id, 1, "同意書"), PRACTITIONER)
    for line_id in (*lines, *lines):
        sent(office, case, upload=Upload(case.id, line_id, uuid4()))
