"""What a deployment is given is what the code says, and a difference is noticed."""

import shutil

import pytest

from deploy.documents import FOLDER, documents, main, stale


def test_what_is_committed_is_what_the_code_says():
    assert stale(FOLDER, documents()) == []


@pytest.mark.parametrize("path", documents())
def test_a_changed_file_fails_the_check_and_is_written_anew(path, tmp_path, capsys):
    folder = tmp_path / "deploy"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("secrets", "__pycache__"))
    (folder / path).write_text("changed")

    assert main(["--check"], folder) == 1
    assert f"deploy/{path} is not what the code says" in capsys.readouterr().err
    assert main([], folder) == 0
    assert main(["--check"], folder) == 0
