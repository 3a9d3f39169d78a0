"""The parameters that passwords are hashed with in earnest."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing

import pytest
from argon2 import PasswordHasher, extract_parameters

from services.identity.application.accounts.password_store import PARAMETERS, PasswordStore
from services.identity.events import AccountActivated
from shared.blocking import in_place
from shared.postgres import Connections
from tests.integration.identity.accounts.door import CHEAP, HOME, PASSWORD


def stored(door):
    with door.database.connect(name="test") as connection:
        [(hashed,)] = connection.execute("select hash from password").fetchall()
    return hashed


def test_passwords_are_hashed_as_rfc_9106_recommends_and_no_less_than_owasp_asks():
    assert PARAMETERS.type.name == "ID"
    assert (PARAMETERS.memory_cost, PARAMETERS.time_cost, PARAMETERS.parallelism) == (65_536, 3, 4)
    assert PasswordHasher.from_parameters(PARAMETERS).hash("x").startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_a_hash_of_former_parameters_is_renewed_when_the_password_is_known(door):
    door.account()
    assert extract_parameters(stored(door)) == CHEAP
    with closing(Connections(door.database)) as connections:
        password = door.last(AccountActivated).password
        assert PasswordStore(connections, in_place).is_right(password, PASSWORD)
    assert extract_parameters(stored(door)) == PARAMETERS
    assert door.log_in(client=HOME)


@pytest.mark.parametrize(("where", "goes_on"), [("aside", True), ("in_place", False)])
def test_others_go_on_while_a_password_is_compared_aside(where, goes_on):
    program = [sys.executable, "-W", "ignore", "-m", "tests.integration.identity.accounts.green_login", where]
    done = subprocess.run(program, capture_output=True, text=True, check=True)
    assert (int(done.stdout) > 0) == goes_on
