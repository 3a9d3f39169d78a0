"""演練用讀卡機: a private pcscd with virtual readers, and the slots into which virtual cards are put.

The daemon is the real one, with vpcd for a reader driver. It gets its socket handed over, as from systemd, so that it
needs no privileges, disturbs no other daemon, and leaves the machine's own readers alone.
"""

from __future__ import annotations

import contextlib
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections import deque
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

from operate.rehearsal.tied import SETPRIV, tied

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from operate.rehearsal.virtual_card import VirtualCard

SOCKET_VARIABLE = "PCSCLITE_CSOCK_NAME"
"""Where programs that speak to cards look for the daemon."""
DAEMON = Path("/usr/sbin/pcscd")
DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
_PRELOADED = Path(__file__).with_name("loopback.c")
_HERE = "127.0.0.1"
_PORTS = range(20_000, 32_000, 2)
_SLOTS = 2
"""How many cards one reader of vpcd takes; its second port is the next."""
_ATR = 4
"""The control that asks for the answer to reset; those that cut or give power reset the card."""
_CONTROL_LENGTH = 1
_PATIENCE = 10.0
_BEGUN = b"daemon ready"
_INSERTED = b"Card inserted into "
_HAND_OVER = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
os.execv(sys.argv[2], sys.argv[2:])
"""
"""A socket handed over is number 3, and meant for the process of this number: the one that goes on as the daemon."""


class NoRehearsalPossible(Exception):
    """What virtual readers need is not on this machine: `missing`."""

    def __init__(self, missing: Path) -> None:
        super().__init__(f"{missing} is missing: run deploy/install-cards")
        self.missing = missing


class Slot:
    """Where one virtual card can be put; `name` is the reader as programs see it."""

    def __init__(self, name: str, port: int) -> None:
        self.name = name
        self._port = port
        self._line: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._is_noticed = True
        self._has_been_told = threading.Event()

    def insert(self, card: VirtualCard) -> None:
        """Put a card in, in place of one that is there; returns when programs can see it."""
        self.remove()
        self._has_been_told.clear()
        self._line = socket.create_connection((_HERE, self._port), _PATIENCE)
        self._line.settimeout(None)
        self._thread = threading.Thread(
            target=_answer, args=(self._line, card), name=f"card in {self.name}", daemon=True
        )
        self._thread.start()
        if not self._has_been_told.wait(_PATIENCE):
            raise TimeoutError(f"{self.name} has not noticed its card")

    def hear(self, said: bytes) -> None:
        """A line of the daemon's: it has powered a card for a moment before it tells programs of it, and says so."""
        if said.rstrip().endswith(_INSERTED + self.name.encode()):
            self._has_been_told.set()

    def pull(self) -> None:
        """Take the card out at once, also from within an answer of the card itself; the daemon notices later."""
        line, self._line = self._line, None
        if line is not None:
            self._is_noticed = False
            with contextlib.suppress(OSError):  # the daemon may have gone before
                line.shutdown(socket.SHUT_RDWR)

    def remove(self) -> None:
        """Take the card out, if one is in; returns when the daemon has noticed."""
        self.pull()
        if self._is_noticed:
            return
        if self._thread is not None:
            self._thread.join()
        # Who leaves when first asked for the answer to reset is, for the daemon, a reader without a card. Without it,
        # the next card could come between two looks, and would be taken for the one before.
        with contextlib.suppress(OSError), socket.create_connection((_HERE, self._port), _PATIENCE) as nobody:
            nobody.recv(1)
        self._is_noticed = True


def _answer(line: socket.socket, card: VirtualCard) -> None:
    """Speak for the card until it is taken out: 2 bytes of length, then a control of 1 byte or a command."""
    with line:
        card.reset()
        try:
            while (message := _received(line)) is not None:
                if len(message) != _CONTROL_LENGTH:
                    _send(line, card.answer(message))
                elif message[0] == _ATR:
                    _send(line, card.atr)
                else:
                    card.reset()
        except OSError:
            return  # taken out in the middle of an answer


def _received(line: socket.socket) -> bytes | None:
    header = _read(line, 2)
    return None if header is None else _read(line, int.from_bytes(header))


def _read(line: socket.socket, length: int) -> bytes | None:
    received = b""
    while len(received) < length:
        # Or the kernel waits with its acknowledgement, and each command takes 48 ms.
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        part = line.recv(length - len(received))
        if not part:
            return None
        received += part
    return received


def _send(line: socket.socket, message: bytes) -> None:
    line.sendall(len(message).to_bytes(2) + message)


class PrivatePcsc:
    """A pcscd of one's own with readers of two slots each; `with` starts it and leaves nothing behind.

    Raises `NoRehearsalPossible` where the daemon, the driver, setpriv or a C compiler is missing.
    """

    def __init__(self, readers: Sequence[str] = ("Caretrail Virtual Reader",)) -> None:
        compiler = shutil.which("cc")
        for needed in (DAEMON, DRIVER, SETPRIV, Path(compiler or "cc")):
            if not needed.exists():
                raise NoRehearsalPossible(needed)
        self._ports = _free_ports(readers)
        self._compiler = str(compiler)
        self._daemon: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._directory = Path(tempfile.mkdtemp(prefix="caretrail-pcsc-"))
        self._listening = socket.socket(socket.AF_UNIX)
        self.slots = [
            Slot(f"{reader} 00 {number:02}", port + number)
            for reader, port in self._ports.items()
            for number in range(_SLOTS)
        ]
        try:
            self._listening.bind(str(self._directory / "socket"))
            self._listening.listen()
            (self._directory / "no-drivers").mkdir()
            self._compile()
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        for slot in self.slots:
            slot.remove()
        self._listening.close()
        shutil.rmtree(self._directory)

    @property
    def environment(self) -> dict[str, str]:
        """What a program is given that is to use these readers."""
        return {SOCKET_VARIABLE: str(self._directory / "socket")}

    def start(self, readers: Iterable[str] | None = None) -> None:
        """Start the daemon with all readers, or with those named; returns when it takes clients."""
        self._configure(self._ports if readers is None else readers)
        listening = self._listening.fileno()
        daemon = [str(DAEMON), "--foreground", "--info", "--config", str(self._directory / "readers")]
        self._daemon = subprocess.Popen(  # noqa: S603 - what runs is fixed
            tied([sys.executable, "-c", _HAND_OVER, str(listening), *daemon]),
            env={
                "LD_PRELOAD": str(self._directory / "loopback.so"),
                "PCSCLITE_HP_DROPDIR": str(self._directory / "no-drivers"),
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=[listening],
            start_new_session=True,  # Ctrl-C is for whoever has begun it
        )
        begun = threading.Event()
        said: deque[bytes] = deque(maxlen=50)
        assert self._daemon.stdout is not None  # noqa: S101 - it was asked for
        threading.Thread(target=self._listen, args=(self._daemon.stdout, said, begun), daemon=True).start()
        if not begun.wait(_PATIENCE) or self._daemon.poll() is not None:
            self.stop()
            raise RuntimeError("pcscd did not start:\n" + b"".join(said).decode(errors="replace"))

    def stop(self) -> None:
        """End the daemon, as if every reader were pulled out at once."""
        if self._daemon is not None:
            self._daemon.terminate()
            self._daemon.wait(_PATIENCE)
            self._daemon = None

    def unplug(self, reader: str) -> None:
        """Go on without one reader. vpcd's cannot leave a daemon that runs, so that it is started anew."""
        self.stop()
        self.start(one for one in self._ports if one != reader)

    def _listen(self, output: IO[bytes], said: deque[bytes], begun: threading.Event) -> None:
        """Keep the last of what the daemon says, for the day it does not start, and let the slots hear it."""
        with output:
            for line in output:
                said.append(line)
                if _BEGUN in line:
                    begun.set()
                for slot in self.slots:
                    slot.hear(line)
        begun.set()  # or nobody would be told that it has ended

    def _compile(self) -> None:
        made = str(self._directory / "loopback.so")
        command = [self._compiler, "-shared", "-fPIC", "-o", made, str(_PRELOADED), "-ldl"]
        subprocess.run(command, check=True)  # noqa: S603 - what runs is fixed

    def _configure(self, readers: Iterable[str]) -> None:
        """A copy of the driver for each reader: one keeps its slots where the next would overwrite them."""
        configuration = self._directory / "readers"
        configuration.mkdir(exist_ok=True)
        told = []
        for reader in readers:
            port = self._ports[reader]
            driver = self._directory / f"{port}.so"
            shutil.copyfile(DRIVER, driver)
            told.append(
                f'FRIENDLYNAME "{reader}"\nDEVICENAME /dev/null:{port:#x}\nLIBPATH {driver}\nCHANNELID {port:#x}\n'
            )
        (configuration / "virtual").write_text("".join(told))


def _free_ports(readers: Iterable[str]) -> dict[str, int]:
    """The first of two ports in a row for each reader, that nobody has at present."""
    ports: dict[str, int] = {}
    for reader in readers:
        while reader not in ports:
            port = random.choice(_PORTS)  # noqa: S311 - not a secret
            if port not in ports.values() and _is_free(port) and _is_free(port + 1):
                ports[reader] = port
    return ports


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((_HERE, port))
        except OSError:
            return False
    return True
