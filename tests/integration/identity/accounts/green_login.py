"""`python -m tests.integration.identity.accounts.green_login aside|in_place`: turns of others during one comparison."""

from __future__ import annotations

import eventlet

eventlet.monkey_patch()

import sys  # noqa: E402 - these come after the patch, as in an entry point

from services.identity.application.accounts.password_store import PasswordStore  # noqa: E402
from shared.blocking import in_place  # noqa: E402
from shared.rpc.aside import aside  # noqa: E402


class NoPasswords:
    """A database in which nobody has a password."""

    def fetch(self, *_):
        return []


def main(where: str) -> int:
    store = PasswordStore(NoPasswords(), {"aside": aside, "in_place": in_place}[where])
    turns = 0

    def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            eventlet.sleep(0)

    eventlet.spawn(others)
    eventlet.sleep(0)
    before = turns
    assert not store.is_right(None, "nobody's password at all")
    return turns - before


if __name__ == "__main__":
    sys.stdout.write(str(main(sys.argv[1])))
