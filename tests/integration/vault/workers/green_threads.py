"""As in a Nameko service: 40 green threads at once find one person, seal and open; prints whom they found."""

import eventlet

eventlet.monkey_patch()

import sys  # noqa: E402 - patched before anything else is imported, as Nameko does
from pathlib import Path  # noqa: E402

from shared.vault import schema  # noqa: E402
from shared.vault.blind_index import Identifier  # noqa: E402
from shared.vault.master_keys import MasterKeys  # noqa: E402
from shared.vault.vault import Vault  # noqa: E402

dsn, ledger = sys.argv[1:]
vault = Vault(schema.install(dsn), MasterKeys({"first": b"1" * 32}, "the test"), Path(ledger), cached_keys=1)


def use(number: int) -> str:
    other = vault.subject_for([Identifier("mobile", f"09{number:08}")])
    subject = vault.subject_for([Identifier("national_id", "A123456789")])
    opened = [vault.open(vault.seal(person, str(number)), str) for person in (other, subject)]
    return f"{subject} {opened == [str(number)] * 2}"


pool = eventlet.GreenPool(40)
for line in pool.imap(use, range(200)):
    sys.stdout.write(f"{line}\n")
