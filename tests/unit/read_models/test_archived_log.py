"""A replay takes an archive for a log only where it is one."""

from __future__ import annotations

import pytest

from shared.archive.format import ArchiveRefused, Objection
from shared.archive.verifier import Obstacle, Unverifiable
from shared.read_models.replay.archived import ArchivedLog
from tests.controls.archives import CONTEXT, Draft


@pytest.mark.parametrize(
    ("manifest", "obstacle"),
    [
        ({"format": 2}, Obstacle.NEWER_FORMAT),
        ({"files": [{"path": "../outside", "bytes": 0, "sha256": "0" * 64}]}, Obstacle.OUTSIDE),
    ],
)
def test_what_a_verifier_would_not_read_is_not_replayed(tmp_path, manifest, obstacle):
    with pytest.raises(Unverifiable) as refused:
        ArchivedLog(Draft(manifest=manifest).write(tmp_path), CONTEXT)
    assert refused.value.obstacle is obstacle


def test_a_folder_without_a_manifest_is_no_log(tmp_path):
    with pytest.raises(Unverifiable) as refused:
        ArchivedLog(tmp_path, CONTEXT)
    assert refused.value.obstacle is Obstacle.NOT_AN_ARCHIVE


def test_a_manifest_that_lacks_what_a_log_has_is_refused(tmp_path):
    with pytest.raises(ArchiveRefused) as refused:  # this one does not tell what was published, nor whether it is whole
        ArchivedLog(Draft().write(tmp_path), CONTEXT)
    assert refused.value.objection is Objection.DAMAGED
