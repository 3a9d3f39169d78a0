"""What STYLE refuses stays out, and the rules that keep it out would notice."""

import re

import pytest

from tests.architecture.source_rules import (
    PROJECT,
    environment_reads,
    mocks_and_sleeps,
    python_files,
    types_learnt_late,
)

CODE = ("shared", "services", "operate")

SETTINGS_ARE_READ_IN = re.compile(
    r"shared/settings\.py|services/\w+/bootstrap\.py|operate/.+\.py"
    r"|shared/embedded\.py"  # hands the environment on to PostgreSQL's programs
)


def relative(path):
    return path.relative_to(PROJECT).as_posix()


def test_settings_are_read_by_composition_roots_only():
    found = {
        relative(path): lines
        for path in python_files(*CODE)
        if not SETTINGS_ARE_READ_IN.fullmatch(relative(path)) and (lines := environment_reads(path.read_text()))
    }
    assert found == {}


@pytest.mark.parametrize(
    "source",
    [
        "import os\nos.environ['X']",
        "import os\nos.getenv('X')",
        "from os import environ",
        "import os as o\ndef f(): return o.environ",
    ],
)
def test_a_planted_reading_of_the_environment_is_noticed(source):
    assert environment_reads(source)


def test_threads_learn_types_through_one_door():
    found = {
        relative(path): lines
        for path in python_files(*CODE)
        if relative(path) != "shared/decoding.py" and (lines := types_learnt_late(path.read_text()))
    }
    assert found == {}


@pytest.mark.parametrize(
    "source",
    [
        "import msgspec\ndef f(kind): return msgspec.json.Decoder(kind).decode",
        "import msgspec\ndef f(body): return msgspec.json.decode(body, type=Case)",
    ],
)
def test_a_planted_type_learnt_late_is_noticed(source):
    assert types_learnt_late(source)


def test_no_module_is_called_utils_common_or_helpers():
    shapeless = {"utils", "util", "common", "helpers", "helper", "misc"}
    found = [
        relative(path) for path in python_files(*CODE, "tests", "bench") if shapeless & set(path.with_suffix("").parts)
    ]
    assert found == []


def test_tests_neither_mock_nor_sleep():
    found = {relative(path): lines for path in python_files("tests") if (lines := mocks_and_sleeps(path.read_text()))}
    assert found == {}


@pytest.mark.parametrize(
    "source",
    [
        "from unittest import mock",
        "from unittest.mock import patch",
        "import unittest.mock",
        "import time\ntime.sleep(1)",
        "from time import sleep",
        "import eventlet\neventlet.sleep()",
        "import eventlet\neventlet.sleep(0.1)",
        "import eventlet\npause = eventlet.sleep",
    ],
)
def test_a_planted_mock_or_sleep_is_noticed(source):
    assert mocks_and_sleeps(source)


def test_giving_way_is_no_sleep():
    assert mocks_and_sleeps("import eventlet\ndef give_way(): eventlet.sleep(0)") == []


def test_the_lock_pins_every_package_by_hash_and_names_no_registry():
    lock = (PROJECT / "requirements.lock").read_text()
    pins = re.findall(r"^[a-z0-9._-]+==\S+ \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", lock, re.MULTILINE)
    packages = [line for line in lock.splitlines() if line and not line.startswith((" ", "#"))]
    assert len(pins) == len(packages) > 50
    assert re.findall(r"://|--(?:extra-)?index-url|--find-links|--trusted-host", lock) == []
