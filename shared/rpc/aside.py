"""Work that blocks, put aside: into a native thread, while the hub goes on answering other calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, ParamSpec, TypeVar

from eventlet import tpool

if TYPE_CHECKING:
    from collections.abc import Callable

Given = ParamSpec("Given")
T = TypeVar("T")


def aside(work: Callable[Given, T], *arguments: Given.args, **options: Given.kwargs) -> T:
    """What `work` returns or raises, done in a native thread: hashing a password, writing a spreadsheet.

    It gets values and returns values. Locks, queues and connections of the service belong to its green threads: `work`
    must use none of them.
    """
    done: T = tpool.execute(work, *arguments, **options)
    return done
