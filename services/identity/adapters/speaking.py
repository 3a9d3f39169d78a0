"""A program of its own that reads its input aloud: `python speaking.py cmn` turns text into a WAV file.

eSpeak NG comes with the package espeakng-loader (library and voices, GPL-3.0-or-later) and keeps one state a process:
so it lives in a process that speaks one text and ends, and nothing that it does can harm a service.
"""

from __future__ import annotations

import ctypes
import io
import sys
import wave

import espeakng_loader

_SYNCHRONOUS = 2
_UTF_8 = 1
_OK = 0
_WORDS_A_MINUTE = 130
"""Slower than eSpeak's 175: a question is heard once and has to be kept in mind."""
_RATE = 1
"""The number of eSpeak's parameter for the pace."""
_SAMPLE_BYTES = 2

_Listener = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class NotSpoken(RuntimeError):
    """eSpeak NG could not do it; the message says which step failed."""


def speak(text: str, voice: str) -> bytes:
    """The text as a WAV file, mono, 16 bits; `voice` is eSpeak's name of a language, `cmn` or `en` say."""
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    data_path = espeakng_loader.get_data_path().encode()
    hertz = library.espeak_Initialize(_SYNCHRONOUS, 0, data_path, 0)
    if hertz <= 0:
        raise NotSpoken("the voices were not found")
    samples = bytearray()

    def listen(wav: ctypes._Pointer[ctypes.c_short], number: int, _: int) -> int:
        if wav and number:
            samples.extend(ctypes.string_at(wav, number * _SAMPLE_BYTES))
        return 0

    kept = _Listener(listen)  # the library calls it as long as it speaks
    library.espeak_SetSynthCallback(kept)
    library.espeak_SetParameter(_RATE, _WORDS_A_MINUTE, 0)
    if library.espeak_SetVoiceByName(voice.encode()) != _OK:
        raise NotSpoken(f"there is no voice {voice!r}")
    said = text.encode()
    if library.espeak_Synth(said, len(said) + 1, 0, 0, 0, _UTF_8, None, None) != _OK:
        raise NotSpoken("the text was not read")
    return _wav(bytes(samples), hertz)


def _wav(samples: bytes, hertz: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(_SAMPLE_BYTES)
        writer.setframerate(hertz)
        writer.writeframes(samples)
    return file.getvalue()


def main() -> None:
    """Speak what comes in, as the voice of the first argument."""
    sys.stdout.buffer.write(speak(sys.stdin.buffer.read().decode(), sys.argv[1]))


if __name__ == "__main__":
    main()
