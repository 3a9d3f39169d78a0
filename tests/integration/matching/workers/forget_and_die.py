"""Begins to forget a person and is killed the nth time that it comes to a point, be it of the vault or of the store."""

import sys
from pathlib import Path
from uuid import UUID

from services.matching.application import Matching
from services.matching.commands import ForgetSubject
from shared.calendar import WorkingCalendar
from shared.sealing import SubjectId
from shared.store import schema as store_schema
from shared.vault import schema as vault_schema
from shared.vault.master_keys import MasterKeys
from shared.vault.vault import Vault
from tests.controls.applicants import OPERATOR, ChangingRegistry, taipei
from tests.controls.deaths import die_at

dsn, vault_dsn, ledger, subject, point, nth = sys.argv[1:]
die = die_at(point, int(nth))
vault = Vault(vault_schema.install(vault_dsn), MasterKeys({"test": b"1" * 32}, "the test"), Path(ledger), reached=die)
calendar = WorkingCalendar(holidays=frozenset(), make_up_days=frozenset())
matching = Matching(store_schema.install(dsn, "matching"), vault, ChangingRegistry(), calendar, milestone=die)
command = ForgetSubject(SubjectId(UUID(subject)), "retention ended")
matching.handle(command, OPERATOR, "forget", taipei(2, 18))
