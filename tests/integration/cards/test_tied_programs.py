"""What a rehearsal has begun ends with it, also where it is killed and can see to nothing itself."""

import os
import select
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[3]
_PATIENCE = 30.0
_REHEARSAL = """
import sys
from subprocess import PIPE, Popen
from operate.rehearsal.tied import tied
begun = Popen(tied(["sh", "-c", "echo begun; exec tail -f /dev/null >/dev/null"]), stdout=PIPE, start_new_session=True)
begun.stdout.readline()
print(begun.pid, flush=True)
sys.stdin.read()
"""


def test_a_program_ends_when_whoever_has_begun_it_is_killed():
    command = [sys.executable, "-c", _REHEARSAL]
    with subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as rehearsal:
        begun = int(rehearsal.stdout.readline())
        with os.fdopen(os.pidfd_open(begun)) as watched:
            assert select.select([watched], [], [], 0)[0] == []
            rehearsal.kill()
            assert select.select([watched], [], [], _PATIENCE)[0] == [watched]
