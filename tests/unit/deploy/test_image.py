"""The image: made of what runs and nothing else, for a user who may nothing, with one way in."""

from __future__ import annotations

import ast
import fnmatch
import re
import subprocess
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy.runtime_lock import runtime

ROOT = Path(__file__).parents[3]
CONTAINERFILE = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
RUNTIME = re.findall(r"^([a-z0-9-]+)(?:\[[^]]*\])?==", runtime(LOCK), re.MULTILINE)


def is_copied(path):
    """Whether .dockerignore lets a file of the checkout into the image; the last pattern that fits decides."""
    copied = True
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        pattern = line.removeprefix("!").removeprefix("**/")
        fits = any(fnmatch.fnmatch(part, pattern) for part in (path, *map(str, Path(path).parents), *Path(path).parts))
        if line and not line.startswith("#") and fits:
            copied = line.startswith("!")
    return copied


@pytest.mark.parametrize(
    "path",
    [
        "shared/settings.py",
        "services/matching/messages/en.toml",
        "operate/__main__.py",
        "deploy/caretrail",
        "deploy/make_secrets.py",
        "requirements.lock",
    ],
)
def test_the_image_has_what_it_runs(path):
    assert (ROOT / path).exists()
    assert is_copied(path)


@pytest.mark.parametrize(
    "path",
    [
        ".git/config",
        ".venv/bin/python",
        "var/keys/master.keys",
        "deploy/secrets/passwords.json",
        "deploy/site.env",
        "tests/conftest.py",
        "deploy/assets.py",
        "operate/documents/openapi.py",
        "shared/__pycache__/settings.cpython-311.pyc",
    ],
)
def test_the_image_has_no_data_no_secrets_and_no_history(path):
    assert not is_copied(path)


def test_it_runs_as_nobody_in_particular_and_comes_in_one_way():
    instructions = re.findall(r"^([A-Z]+) (.*)$", CONTAINERFILE, re.MULTILINE)
    given = dict(instructions)

    assert [value for name, value in instructions if name == "FROM"] == ["debian:12-slim AS built", "debian:12-slim"]
    assert given["USER"] == "10001:10001"
    assert given["ENTRYPOINT"] == '["/usr/local/bin/caretrail"]'
    assert "HEALTHCHECK" in given
    assert not [value for name, value in instructions if name in {"ENV", "ARG"} and re.search("PASS|KEY|TOKEN", value)]


def test_every_package_is_installed_by_its_hash():
    assert "--require-hashes" in CONTAINERFILE
    assert all("--hash=sha256:" in block for block in re.split(r"\n(?=[a-z0-9])", runtime(LOCK)))


def test_the_image_has_every_package_that_its_packages_need():
    needed = [Requirement(text) for name in RUNTIME for text in requires(name) or ()]
    names = {canonicalize_name(one.name) for one in needed if one.marker is None or one.marker.evaluate({"extra": ""})}

    assert names - set(RUNTIME) == set()


def imported():
    """The packages that the code in the image imports by name."""
    found = set()
    by_module = packages_distributions()
    files = (path for part in ("shared", "services", "operate", "deploy") for path in (ROOT / part).rglob("*.py"))
    for file in (path for path in files if is_copied(str(path.relative_to(ROOT)))):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            found |= {canonicalize_name(one) for name in _names(node) for one in by_module.get(name.split(".")[0], ())}
    return found


def _names(node):
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def test_the_image_has_every_package_that_the_code_imports_but_those_that_read_cards_at_a_desk():
    asked = (ROOT / "requirements-card.in").read_text(encoding="utf-8")
    at_a_desk = re.findall(r"^([a-z0-9-]+)==", asked, re.MULTILINE)
    assert imported() - set(RUNTIME) == set(at_a_desk)


def test_the_image_has_none_of_what_only_checks_it():
    assert {"nameko", "psycopg", "msgspec"} <= set(RUNTIME)
    assert not {"pytest", "mypy", "ruff", "hypothesis", "pip-tools"} & set(RUNTIME)


def test_the_one_way_in_runs_the_installed_command_line():
    script = ROOT / "deploy" / "caretrail"

    assert script.stat().st_mode & 0o111
    assert subprocess.run(["sh", "-n", script], check=False).returncode == 0  # noqa: S607 - the system's own
    assert "-m operate" in script.read_text()


def test_the_image_has_what_printing_takes_as_the_task_brings_it_and_the_guide_says():
    task = (ROOT / "deploy" / "install-print").read_text(encoding="utf-8")
    packages = set(re.findall(r"^library \S+ (\S+)$", task, re.MULTILINE)) | {"fonts-noto-cjk"}
    assert len(packages) == 4
    [installed] = re.findall(r"python3\.11 tzdata ((?:[^&]|\n)*)&&", CONTAINERFILE)
    assert set(installed.replace("\\", " ").split()) == packages
    guide = (ROOT / "docs" / "operators" / "deploy.md").read_text(encoding="utf-8")
    assert {package for package in packages if f"`{package}`" not in guide} == set()
