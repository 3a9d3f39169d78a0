"""The near end of a switchboard: calls its services as any client would, whatever lies between."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

import msgspec

from shared.context import utc_now
from shared.principal import Assurance, Principal, Role
from shared.rpc.keys import principal_signer
from shared.rpc.wire import Told
from shared.settings import load
from shared.vault import schema as vault_schema
from shared.vault.blind_index import Identifier
from shared.vault.opening import open_vault

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from services.matching.commands import PreferenceEntry
    from tests.controls.applicants import FamilyOf

PROJECT = Path(__file__).parents[3]
UNTOLD: Mapping[str, str] = MappingProxyType({})


class Refused(Exception):
    """A call was refused: `told` is what came over the wire."""

    def __init__(self, told: Told) -> None:
        super().__init__(told)
        self.told = told


class Failed(Exception):
    """A call failed otherwise: the kind of error, and what it was given."""

    def __init__(self, kind: str, arguments: list[str]) -> None:
        super().__init__(kind, arguments)
        self.kind = kind
        self.arguments = arguments


class People:
    """Callers whom identity has signed: the parents, clinics and bureaus of a test."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        settings = load(environment)
        self._signer = principal_signer(settings)
        self._vault = open_vault(
            vault_schema.install(settings.database("vault")),
            settings.master_keys,
            settings.master_keys_file,
            settings.forgotten_ledger,
            settings.cached_keys,
        )

    def parent(self, family: FamilyOf) -> str:
        subject = self._vault.subject_for([Identifier("mobile", family.contact.mobile)])
        otp = frozenset({Assurance.OTP})
        return self.signed(Principal(f"parent/{family.number}", Role.PARENT, otp, subject=subject))

    def signed(self, principal: Principal, at: datetime | None = None) -> str:
        return self._signer.sign(principal, at or utc_now())

    def close(self) -> None:
        self._vault.close()


def application(family: FamilyOf, preference: PreferenceEntry) -> dict[str, Any]:
    """The family's application for one doctor, as JSON has it."""
    return msgspec.to_builtins(family.application(preferences=(preference,)))


class Switchboard:
    """A process that hosts matching, and the calls to it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.log: list[str] = []
        self._answers: dict[int, dict[str, Any]] = {}
        self._arrived = threading.Condition()
        self._numbers = count(1)
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.integration.rpc.switchboard"],
            cwd=PROJECT,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT), "PYTHONIOENCODING": "utf-8", **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def __enter__(self) -> Self:
        assert self._process.stdout is not None
        if "ready" not in self._process.stdout.readline():
            raise AssertionError(self._process.communicate()[1])
        self._readers = [threading.Thread(target=work) for work in (self._read_answers, self._read_log)]
        for reader in self._readers:
            reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        for reader in self._readers:
            reader.join()
        self._process.wait()
        for pipe in (self._process.stdout, self._process.stderr):
            pipe.close()

    def send(
        self,
        method: str,
        principal: str = "",
        trace: Mapping[str, str] = UNTOLD,
        timeout: float = 20,
        **arguments: Any,
    ) -> int:
        """Make a call and answer its number."""
        number = next(self._numbers)
        call = {"number": number, "method": method, "principal": principal, "trace": dict(trace), "timeout": timeout}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(call | {"arguments": arguments}) + "\n")
        self._process.stdin.flush()
        return number

    def is_answered(self, number: int) -> bool:
        """Whether the answer to this call has come, and was not asked for yet."""
        with self._arrived:
            return number in self._answers

    def answer(self, number: int) -> dict[str, Any]:
        """What the call of this number was answered."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: number in self._answers, 60), "no answer"
            return self._answers.pop(number)

    def call(self, method: str, principal: str = "", **rest: Any) -> Any:
        """What the method returns; raises `Refused` and `Failed`."""
        answer = self.answer(self.send(method, principal, **rest))
        if "error" not in answer:
            return answer["result"]
        if answer["error"] == "refusal":
            raise Refused(msgspec.convert(answer["args"][0], Told))
        raise Failed(answer["error"], answer["args"])

    def _read_answers(self) -> None:
        for line in self._process.stdout:
            answer = json.loads(line)
            with self._arrived:
                self._answers[answer["number"]] = answer
                self._arrived.notify_all()

    def _read_log(self) -> None:
        self.log.extend(self._process.stderr)
