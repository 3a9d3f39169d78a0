"""The compose file: nothing by another user than its own, nothing without a limit, no secret in sight."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from deploy import make_secrets
from deploy.topology import WEB, Role, members, workers
from shared.settings import load

DEPLOY = Path(__file__).parents[3] / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
PROCESSES = [worker.name for worker in workers()]
ENVIRONMENT_FILES = [*(DEPLOY / "environment").glob("*.env"), *DEPLOY.glob("*.env.example")]


def test_every_role_of_every_context_runs_and_nothing_else():
    assert SERVICES.keys() == {*PROCESSES, WEB, "postgres", "rabbitmq", "install"}


@pytest.mark.parametrize("worker", workers(), ids=lambda worker: worker.name)
def test_a_process_runs_its_role_with_its_own_secrets_and_environment(worker):
    service = SERVICES[worker.name]
    context = worker.member.name

    assert service["command"][:2] == [worker.role, context]
    assert f"./secrets/{worker.name}:/run/secrets:ro" in service["volumes"]
    assert service["env_file"][:2] == [f"environment/{context}.env", "site.env"]


@pytest.mark.parametrize("name", [*PROCESSES, WEB, "install"])
def test_a_process_may_do_nothing_but_its_work(name):
    service = SERVICES[name]

    assert service["user"] == "10001:10001"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", SERVICES)
def test_everything_has_a_limit_of_memory_a_way_to_end_and_comes_back(name):
    service = SERVICES[name]

    assert re.fullmatch(r"\d+[mg]", service["mem_limit"])
    assert re.fullmatch(r"\d+[sm]", service["stop_grace_period"])
    assert service["restart"] in {"unless-stopped", "on-failure:3"}


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_waits_for_its_servers_and_for_the_tables(name):
    awaited = {server: condition["condition"] for server, condition in SERVICES[name]["depends_on"].items()}

    assert awaited == {
        "postgres": "service_healthy",
        "rabbitmq": "service_healthy",
        "install": "service_completed_successfully",
    }


@pytest.mark.parametrize("name", [*PROCESSES, WEB])
def test_a_process_answers_where_the_image_looks_after_its_health(name):
    assert SERVICES[name]["command"][-2:] == ["--health", "0.0.0.0:8090"]
    assert "http://127.0.0.1:8090/ready" in (DEPLOY / "Containerfile").read_text(encoding="utf-8")


def test_only_who_sends_delivers_or_asks_responders_reaches_the_world_outside():
    outside = {name for name, service in SERVICES.items() if "outside" in service["networks"]}

    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert outside == {"identity-serve", "notifier-react", "support-react", "rabbitmq", WEB}
    assert {name: service["ports"] for name, service in SERVICES.items() if "ports" in service} == {
        "rabbitmq": ["127.0.0.1:15672:15672"],
        WEB: ["127.0.0.1:8000:8000"],
    }


def test_the_pages_have_no_database_no_key_of_people_and_share_no_volume(tmp_path):
    make_secrets.main([str(tmp_path)])
    told = (
        (DEPLOY / "environment" / f"{WEB}.env").read_text(encoding="utf-8").replace("/run/secrets", str(tmp_path / WEB))
    )
    settings = load(dict(line.split("=", 1) for line in told.splitlines() if not line.startswith("#")))

    assert {path.name for path in (tmp_path / WEB).iterdir()} == {"broker", "web.key"}
    assert settings.broker is not None
    assert settings.broker.startswith(f"amqp://{WEB}:")
    assert settings.web_key_file.exists()
    assert SERVICES[WEB]["volumes"] == ["./secrets/web:/run/secrets:ro"]
    assert SERVICES[WEB]["depends_on"].keys() == {"rabbitmq"}


@pytest.mark.parametrize("file", ENVIRONMENT_FILES, ids=lambda file: file.name)
def test_every_variable_is_a_setting_and_no_secret_stands_in_a_file_of_them(file):
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if re.match(r"#?[A-Z_]+=", line)]
    given = dict(line.removeprefix("#").split("=", 1) for line in lines)

    for name, value in given.items():
        assert re.fullmatch(r"CARETRAIL_[A-Z_]+", name)
        is_secret = re.search(r"PASSWORD|TOKEN|DATABASE|BROKER|SMTP|(?<!HOST_)KEYS?$", name)  # a host's key is public
        assert name.endswith("_FILE") or not is_secret, value


@pytest.mark.parametrize("worker", workers(), ids=lambda worker: worker.name)
def test_a_process_finds_every_secret_that_it_is_told_of_and_reads_its_settings(worker, tmp_path):
    make_secrets.main([str(tmp_path)])
    told = (DEPLOY / "environment" / f"{worker.member.name}.env").read_text(encoding="utf-8")
    own = told.replace("/run/secrets", str(tmp_path / worker.name))

    settings = load(dict(line.split("=", 1) for line in own.splitlines() if not line.startswith("#")))

    for database in worker.member.databases:
        assert settings.database(database).endswith(f"@postgres:5432/{database}")
    assert settings.broker is not None
    assert settings.broker.startswith(f"amqp://{worker.name}:")
    assert settings.master_keys_file.exists()
    assert settings.checkpoint_key_file.exists() == (worker.role is Role.RELAY)


def test_every_context_has_a_database_and_the_vault_one_of_its_own():
    script = (DEPLOY / "database" / "roles.sql").read_text(encoding="utf-8")
    made = set(re.findall(r"create database (\w+)", script))

    assert made == {*(member.name for member in members()), "vault"}
