"""Cards of invented people for the virtual readers, and the agent as a program of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from base64 import b64encode
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from operate.rehearsal.pki import Pki, agency, citizen, institution, new_rsa_key, personnel
from operate.rehearsal.virtual_card import Chip, VirtualNhiCard, VirtualPkiCard
from shared.cards.applet import Holder
from shared.cards.nhi_card import BasicBlock
from shared.cards.profiles import CardKind
from shared.taiwan.identifiers import Sex

PROJECT = Path(__file__).parents[3]
SITE = "https://care.example.tw"
PIN = "246810"
NONCE = b64encode(bytes(range(32))).decode()
NHI_BLOCK = BasicBlock("000012345678", "王小明", "A123456789", date(1977, 2, 3), Sex.MALE, date(2023, 6, 28))
DOCTOR = Holder("王大明", "WANG, DA-MING", "M", date(1976, 1, 1), "A12****789", "A")

_PROFILES = {
    CardKind.PERSONNEL: personnel("王大明", "A1"),
    CardKind.INSTITUTION: institution("測試診所", "B1"),
    CardKind.CITIZEN: citizen("林小美", "C1", "6789"),
    CardKind.GOVERNMENT: agency("測試照管中心", "D1"),
}
_HOLDERS = {
    CardKind.PERSONNEL: DOCTOR,
    CardKind.INSTITUTION: Holder("測試診所"),
    CardKind.CITIZEN: Holder("林小美"),
    CardKind.GOVERNMENT: Holder("測試照管中心"),
}


def pki_card(
    kind: CardKind = CardKind.PERSONNEL,
    *,
    key: Any = None,
    serial: str = "HC00012345",
    ended_ago: timedelta = timedelta(days=-365),
) -> VirtualPkiCard:
    """A card since a year and a day before its end."""
    now = datetime.now(UTC)
    end = now - ended_ago
    issuer = Pki(now - timedelta(days=400)).issuer(kind)
    issued = issuer.issue(_PROFILES[kind], end - timedelta(days=366), end, key)
    return VirtualPkiCard(Chip(issued, kind, _HOLDERS[kind], serial, PIN))


def rsa_card() -> VirtualPkiCard:
    return pki_card(key=new_rsa_key())


def nhi_card() -> VirtualNhiCard:
    return VirtualNhiCard(NHI_BLOCK)


class RunningAgent:
    """`caretrail card agent` on a port of its own; `log` is everything it has written."""

    def __init__(self, environment: dict[str, str], log: Path, *options: str) -> None:
        self._environment = {"PATH": os.environ["PATH"], "HOME": str(log.parent), "CARETRAIL_LOG_LEVEL": "debug"}
        self._environment |= environment
        self._options = options or ("--origin", SITE)
        self.log = log

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "operate", "--json", "card", "agent", "--port", "0", *self._options]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                command, cwd=PROJECT, env=self._environment, stdout=subprocess.PIPE, stderr=log
            )
        assert self._process.stdout is not None
        told = self._process.stdout.readline()
        assert told, self.log.read_text()
        self.told = json.loads(told)
        self.address = self.told["address"]
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(20)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def ask(self, path: str, body: object = None, *, method: str = "", **headers: str) -> tuple[int, Any]:
        """The status, and the answer read from JSON."""
        status, _, answer = self.talk(path, body, method=method, **headers)
        return status, json.loads(answer) if answer else None

    def talk(self, path: str, body: object = None, *, method: str = "", **headers: str) -> tuple[int, Any, bytes]:
        """The status, the headers and the body of an answer; `Origin` is the site's unless another is given."""
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        sent = {"Origin": SITE} | ({"Content-Type": "application/json"} if data is not None else {})
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(  # noqa: S310 - on loopback
            self.address + path,
            data=data,
            headers={name: value for name, value in sent.items() if value},
            method=method or ("GET" if data is None else "POST"),
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - on loopback
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.headers, refused.read()


_CLINIC = """
import sys
from smartcard import scard
_, service = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
_, card, protocol = scard.SCardConnect(service, sys.argv[1], scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_ANY)
for _ in sys.stdin:
    print(scard.SCardTransmit(card, protocol, [0x00, 0xCA, 0x01, 0x01, 0x00])[0], flush=True)
"""


class ClinicsOwnSystem:
    """Another program that has the card in a reader open for as long as `with` lasts."""

    def __init__(self, environment: dict[str, str], reader: str) -> None:
        self._command = [sys.executable, "-c", _CLINIC, reader]
        self._environment = {"PATH": os.environ["PATH"]} | environment

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command, env=self._environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=20)

    def still_has_its_session(self) -> bool:
        """Whether the service takes its next command without telling it of a reset."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("again\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip() == "0"
