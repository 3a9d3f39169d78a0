"""Many threads meet a type for the first time."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

_MEET = """
import sys, threading
from dataclasses import dataclass
import msgspec
from shared.decoding import converted, json_decoder

sys.setswitchinterval(1e-6)

def meet():
    class Part(msgspec.Struct):
        code: str
        figures: dict[str, str] = {}

    @dataclass
    class Fact:
        number: int
        parts: tuple[Part, ...] = ()
        last: Part | None = None

    together = threading.Barrier(6)

    def decode():
        together.wait()
        json_decoder(Fact).decode(b'{"number":1,"parts":[{"code":"a"}],"last":{"code":"b"}}')

    def convert():
        together.wait()
        converted({"number": 1, "parts": [{"code": "a"}], "last": {"code": "b"}}, Fact)

    threads = [threading.Thread(target=work) for work in (decode, convert) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

for _ in range(300):
    meet()
print("alive")
"""


def test_threads_that_meet_a_type_at_once_survive():
    # Where each makes a decoder for itself, this ends with a segmentation fault every time.
    met = subprocess.run([sys.executable, "-c", _MEET], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (met.returncode, met.stdout) == (0, "alive\n"), met.stderr
