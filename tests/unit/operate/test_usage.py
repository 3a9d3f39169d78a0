"""What is mistyped is told in the language asked for, and no help loses a word on a narrow terminal."""

from __future__ import annotations

import re

import pytest
from typer.main import get_group

from operate.command_line import app, run
from operate.failures import Status
from operate.manual import commands_of
from operate.words import Words
from shared.words import Language

MISTYPED = [
    ("evnts", "沒有 'evnts' 這個指令，相近的有 'events'"),
    ("qqq", "沒有 'qqq' 這個指令"),
    ("events tail --form 1", "沒有 --form 這個選項，相近的有 --from"),
    ("events tail --qqq", "沒有 --qqq 這個選項"),
    ("events tail extra", "這個指令不接受多出的 extra"),
    ("events", "請指定指令"),
    ("parked drop", "必須給 --model"),
    ("events tail --limit", "--limit 後面要有值"),
    ("events tail --follow=yes", "--follow 不接受值"),
    ("events tail --limit x", "--limit 要是整數"),
    ("events tail --limit 0", "--limit 最小為 1"),
    ("demo --families 0", "--families 最小為 1"),
    ("audit verify --key /nowhere", "--key：沒有 /nowhere 這個檔案"),
    ("audit verify --key /", "--key：/ 是目錄，這裡需要檔案"),
]


@pytest.mark.parametrize(("typed", "told"), MISTYPED)
def test_what_is_mistyped_is_told_in_chinese(capsys, typed, told):
    assert run([*typed.split(), "--lang", "zh-Hant"], {}) == Status.NOT_POSSIBLE
    assert capsys.readouterr().err == f"caretrail: 無法理解這個指令（{told}）。加上 --help 可看說明。\n"


@pytest.mark.parametrize("typed", [typed for typed, _ in MISTYPED])
def test_what_is_mistyped_is_told_in_english(capsys, typed):
    run([*typed.split(), "--lang", "en"], {})
    assert re.fullmatch(r"caretrail: [\x20-\x7e]+\. Add --help to see what there is\.\n", capsys.readouterr().err)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("width", ["80", "40"])
@pytest.mark.parametrize("name", [name for name, _ in commands_of(get_group(app))])
def test_no_help_loses_a_word_on_a_narrow_terminal(capsys, monkeypatch, name, width, language):
    monkeypatch.setenv("COLUMNS", width)
    _, *command = name.split()
    assert run([*command, "--help", "--lang", language], {}) == Status.DONE
    shown = _bare(capsys.readouterr().out)
    sentences = Words(language).sentences
    about = {f"help.{name}", "headings.everywhere"} | {key for key in sentences if _is_below(key, f"help.{name}")}
    assert {key for key in about if _bare(sentences[key]) not in shown} == set()


def _is_below(key: str, above: str) -> bool:
    """Whether a sentence is about an option, an argument or a command that belongs to this command."""
    return re.fullmatch(rf"{above} \S+", key) is not None


def _bare(text: str) -> str:
    return re.sub(r"\s", "", text)
