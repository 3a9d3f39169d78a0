"""What compose describes works: every role as a process and a user of its own, from a case to every follower."""

from __future__ import annotations

import json
import urllib.request
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from deploy.topology import members, workers
from operate.contexts import contexts
from shared.calendar import taipei_day
from shared.principal import Assurance, Principal, Role
from shared.principal_tokens import PrincipalSigner
from shared.rpc.client import Asking, RpcClient
from shared.settings import load
from shared.vault import schema as vault_schema
from shared.vault.blind_index import Identifier
from shared.vault.opening import open_vault
from shared.vault.signing import load_or_create
from tests.controls.applicants import COUNTIES, DOCTORS, OPERATOR, FamilyOf, national_id
from tests.controls.logbook import eventually
from tests.integration.deploy.conftest import answer_of, services_of

pytestmark = [pytest.mark.postgres, pytest.mark.rabbitmq, pytest.mark.slow]

FAMILY = FamilyOf(1)
GRACE = 30
"""`stop_grace_period` of every process."""


def parent(deployment) -> Principal:
    """The parent whose phone is proved, as identity would name them."""
    settings = load(deployment.environment("matching-serve"))
    database = vault_schema.install(settings.database("vault"))
    vault = open_vault(database, "", settings.master_keys_file, settings.forgotten_ledger, settings.cached_keys)
    try:
        phone = vault.subject_for([Identifier("mobile", FAMILY.contact.mobile)])
    finally:
        vault.close()
    return Principal(f"phone/{phone}", Role.PARENT, frozenset({Assurance.OTP}), subject=phone)


def register(client, asking) -> None:
    """Enter three clinics and a doctor of each, as the operator who asks."""
    since = {"programme": "dedicated_doctor", "since": "2025-01-01"}
    training = {"programme": "dedicated_doctor", "course": "幼兒專責醫師訓練", "credits": 4, "earned_on": "2025-01-01"}
    for number, (code, doctor) in enumerate(DOCTORS.items(), start=9001):
        clinic = {"institution": code, "name": f"診所{code}", "kind": "clinic", "county": COUNTIES[code][0]}
        client.command("identity.record_institution", clinic | {"programmes": [since]}, code, asking)
        person = {
            "practitioner": doctor,
            "name": "王試一",
            "profession": "A",
            "institution": code,
            "identifier": national_id(number),
        }
        entry = person | {"since": "2025-01-01", "training": training, "programmes": [since]}
        client.command("identity.record_practitioner", entry, doctor, asking)


def application():
    """The family's application for a child to be born."""
    due = taipei_day(datetime.now(UTC)) + timedelta(days=60)
    return FAMILY.application(child=replace(FAMILY.expected, due_date=due))


def has_followed(deployment, context, followed) -> bool:
    """Whether everyone of a context who follows a log has come to its end."""
    with psycopg.connect(deployment.postgres.dsn(followed)) as connection:
        [(end,)] = connection.execute(f"select count(*) from {followed}.event").fetchall()
    with psycopg.connect(deployment.postgres.dsn(context)) as connection:
        reached = dict(connection.execute(f"select name, position from {context}.read_model").fetchall())
    [followers] = [member.followers for member in members() if member.name == context]
    return all(reached.get(one.table.name, 0) >= end > 0 for one in followers if one.context == followed)


def asking_as(deployment, principal) -> Asking:
    """With a principal that identity's key has signed."""
    key = load_or_create(deployment.secrets / "keys" / "principal.key", ())
    return Asking(PrincipalSigner(key).sign(principal, datetime.now(UTC)))


def test_every_process_runs_as_its_own_user_and_a_case_reaches_everyone(deployment):
    with ExitStack() as stopping:
        processes = [stopping.enter_context(deployment.process(service)) for service in services_of()]
        for process in processes:
            process.wait_until_ready()

        with RpcClient(deployment.secret("caller/broker")) as client:
            register(client, asking_as(deployment, OPERATOR))
            eventually(lambda: has_followed(deployment, "matching", "identity"))
            family = asking_as(deployment, parent(deployment))
            outcome = client.command("matching.submit_application", application(), str(uuid4()), family)
            [case] = answer_of(client.query("matching.family_cases", asking=family, written=outcome))
            reports = [answer_of(client.query(f"{name}.health")) for name in contexts()]
            unwell = [report for report in reports if not report["ready"]]

        assert case["id"] == str(outcome.id)
        assert unwell == []
        for name in contexts():
            eventually(lambda name=name: has_followed(deployment, name, "matching"))
        its_log = ["--context", "matching"]
        for asked in (
            ["status", *its_log],
            ["log", "status", *its_log],
            ["audit", "verify", *its_log],
            ["models", "status"],
            ["parked", "list"],
        ):
            answered = deployment.operate("matching-relay", *asked)
            assert answered.returncode == 0, answered.stdout + answered.stderr
        assert {process.service: process.end(GRACE) for process in processes} == dict.fromkeys(services_of(), 0)


def test_the_pages_and_the_api_are_served_by_a_process_that_reaches_others_by_calls_alone(deployment):
    with (
        deployment.process("identity-serve"),
        deployment.process("identity-project") as project,
        deployment.process("web") as web,
    ):
        project.wait_until_ready()
        site = web.wait_until_ready()["site"]
        with urllib.request.urlopen(f"{site}/api/v1/institutions?text=%E9%9D%92%E7%94%B0", timeout=20) as answer:  # noqa: S310 - our own address
            assert (answer.status, json.load(answer)) == (200, {"entries": [], "following": None})
        with urllib.request.urlopen(f"{site}/sign-in", timeout=20) as page:  # noqa: S310 - as above
            assert page.headers["Strict-Transport-Security"].startswith("max-age=")
        assert web.end(GRACE) == 0
    assert "database" not in str(deployment.environment("web")).lower()


def test_compose_runs_every_role_of_every_context():
    assert sorted(services_of()) == sorted(worker.name for worker in workers())
