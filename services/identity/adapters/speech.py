"""The plain-language question as sound, for whoever cannot read it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from shared.words import Language

_PROGRAM = Path(__file__).with_name("speaking.py")
_VOICES = {Language.CHINESE: "cmn", Language.ENGLISH: "en"}
_SECONDS = 20.0
"""A sentence takes a tenth of a second; whatever takes longer has gone wrong."""


class SpeechFailed(RuntimeError):
    """The text could not be read aloud; it can still be read."""


def spoken(text: str, language: Language) -> bytes:
    """The text as a WAV file; raises `SpeechFailed`. It starts a program: call it on no hub."""
    program = [sys.executable, str(_PROGRAM), _VOICES[language]]
    try:
        done = subprocess.run(  # noqa: S603 - our own program, and the text is its input
            program, input=text.encode(), capture_output=True, check=True, timeout=_SECONDS
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as fault:
        raise SpeechFailed(f"{type(fault).__name__}: {(fault.stderr or b'').decode(errors='replace')[-200:]}") from None
    return done.stdout
