"""The import contracts hold, and each would notice being broken."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
PACKAGES = ("shared", "services", "operate")

PLANTED = [
    pytest.param(
        "inward",
        "services/matching/domain/planted.py",
        "import services.matching.read_models",
        id="a domain that reads a read model",
    ),
    pytest.param(
        "inward",
        "services/matching/processes/planted.py",
        "import services.matching.read_models",
        id="a process that reads a read model",
    ),
    pytest.param("inward", "services/matching/planted.py", "", id="a module in no layer"),
    pytest.param(
        "contexts",
        "services/planted/domain/__init__.py",
        "import services.matching.domain",
        id="a context that uses another's domain",
    ),
    pytest.param("pure", "services/matching/domain/planted.py", "import psycopg", id="a domain with a database"),
    pytest.param(
        "pure",
        "services/matching/domain/planted.py",
        "import shared.postgres",
        id="a domain with a database behind shared code",
    ),
    pytest.param(
        "pure", "services/matching/processes/planted.py", "import nameko.rpc", id="a process that knows Nameko"
    ),
    pytest.param("pure", "services/matching/events/entries.py", "import marshmallow", id="events with an edge schema"),
    pytest.param("pure", "services/matching/commands.py", "import pika", id="commands that know a broker"),
    pytest.param(
        "pure-read-models",
        "services/matching/read_models/planted.py",
        "def evolve():\n    import kombu",
        id="a read model that knows a broker",
    ),
    pytest.param(
        "readers", "services/identity/application/planted.py", "import smartcard", id="a server that reads cards"
    ),
    pytest.param("readers", "operate/planted.py", "import pkcs11", id="an operator's command that opens tokens"),
    pytest.param("edge", "services/matching/application/planted.py", "import nameko.rpc", id="use cases on Nameko"),
    pytest.param("edge", "shared/planted.py", "from marshmallow import fields", id="shared code with an edge schema"),
    pytest.param("edge", "operate/planted.py", "import eventlet", id="an operator on Eventlet"),
    pytest.param(
        "shared", "shared/planted.py", "import services.matching.events", id="shared code that knows a context"
    ),
    pytest.param(
        "web",
        "services/gateway/web/planted.py",
        "import services.matching.commands",
        id="pages in another context's commands",
    ),
    pytest.param(
        "web", "services/gateway/web/planted.py", "import services.support.domain", id="pages that decide for support"
    ),
    pytest.param("web", "services/gateway/web/planted.py", "import weasyprint", id="pages that print in their process"),
    pytest.param("web", "services/gateway/web/planted.py", "import psycopg", id="pages with a database"),
    pytest.param("web", "services/gateway/web/planted.py", "import pika", id="pages that know a broker"),
    pytest.param(
        "web",
        "services/gateway/web/notices/planted.py",
        "import services.gateway.application.drafts",
        id="pages in what their own context keeps",
    ),
    pytest.param("flask", "services/identity/entrypoints/planted.py", "import flask", id="a service that knows Flask"),
    pytest.param("cards", "shared/cards/paths.py", "import http.client", id="a judge of cards that asks somebody"),
    pytest.param(
        "cards",
        "shared/cards/evidence.py",
        "import shared.cards.revocation",
        id="a judge of cards that asks by another",
    ),
    pytest.param(
        "capacities",
        "services/identity/application/capacities/planted.py",
        "import services.identity.application.cards.entries",
        id="capacities that look up cards",
    ),
    pytest.param("operators", "operate/planted.py", "import services.matching.domain", id="an operator in a domain"),
]


def lint_imports(project: Path, *options: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / "lint-imports"
    command = [program, "--no-logo", "--no-cache", *options]
    environment = {"PATH": os.environ["PATH"], "COLUMNS": "200"}
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def copy_of_the_project(tmp_path):
    for package in PACKAGES:
        shutil.copytree(PROJECT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / ".importlinter", tmp_path)
    return tmp_path


def test_the_project_keeps_every_contract():
    result = lint_imports(PROJECT)
    assert result.returncode == 0, result.stdout + result.stderr
    assert " 0 broken" in result.stdout


@pytest.mark.parametrize(("contract", "path", "source"), PLANTED)
def test_a_planted_violation_breaks_its_contract(copy_of_the_project, contract, path, source):
    planted = copy_of_the_project / path
    planted.parent.mkdir(parents=True, exist_ok=True)
    for package in planted.relative_to(copy_of_the_project).parents:
        if package != Path():
            (copy_of_the_project / package / "__init__.py").touch()
    with planted.open("a") as file:
        file.write(f"\n{source}\n")

    result = lint_imports(copy_of_the_project, "--contract", contract)

    assert result.returncode == 1, result.stdout + result.stderr
    assert "0 kept, 1 broken" in result.stdout


def test_every_contract_has_a_planted_violation():
    contracts = {
        line.removeprefix("[importlinter:contract:").removesuffix("]")
        for line in (PROJECT / ".importlinter").read_text().splitlines()
        if line.startswith("[importlinter:contract:")
    }
    assert {parameters.values[0] for parameters in PLANTED} == contracts
