"""What the vault refuses, and what stops it from starting. No message ever shows a key or an identifier."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from shared.sealing import SubjectId
    from shared.vault.blind_index import Identifier
    from shared.vault.forgetting import Hold


class KeysUnusable(RuntimeError):
    """The keys given do not fit; the message names the key or file and the mend. Nothing was created or changed."""


class MasterKeyMissing(KeysUnusable):
    """Something in the vault is wrapped by a master key that this process was not given."""

    def __init__(self, key_id: str, given: Collection[str], source: str) -> None:
        super().__init__(
            f"master key {key_id!r} is missing: the vault holds keys wrapped by it, and {source} gives only "
            f"{', '.join(map(repr, given))}. Add its line `{key_id}:<base64>` from your copy of the keys "
            f"(docs/operators/keys.md) and start again."
        )
        self.key_id = key_id


class MasterKeyWrong(KeysUnusable):
    """A master key has the right name but is not the key that the vault was made with."""

    def __init__(self, key_id: str, source: str) -> None:
        super().__init__(
            f"master key {key_id!r} in {source} is not the key this vault was made with. Put back the right one from "
            f"your copy of the keys (docs/operators/keys.md), or point the settings at the vault it belongs to."
        )
        self.key_id = key_id


class MasterKeyRetired(KeysUnusable):
    """The master key this process wraps with was retired, by a rotation, while it ran."""

    def __init__(self, key_id: str) -> None:
        super().__init__(
            f"master key {key_id!r} has been retired by a rotation: give this process the current keys and start it "
            f"again (docs/operators/keys.md)."
        )
        self.key_id = key_id


class MasterKeyFileMissing(KeysUnusable):
    """No master key is given, and the vault is not empty: a new key could not open what is in it."""

    def __init__(self, path: str, needed: Collection[str]) -> None:
        super().__init__(
            f"the master key file {path} is missing, and the vault holds keys wrapped by "
            f"{', '.join(map(repr, needed))}. Put the file back from your copy (docs/operators/keys.md), or give its "
            f"lines in CARETRAIL_MASTER_KEYS, and start again. No new key was made."
        )


class StoredKeyDamaged(KeysUnusable):
    """A wrapped key in the vault's tables does not unwrap under the master key that is named beside it."""

    def __init__(self, master_key_id: str) -> None:
        super().__init__(
            f"a key stored in the vault does not unwrap under master key {master_key_id!r}, which itself is right: the "
            f"row was altered or damaged. Restore the vault from a backup."
        )


class IdentifiersDisagree(Exception):
    """The identifiers of one person point at different subjects; the caller may know that they are one, and merge."""

    def __init__(self, found: Sequence[tuple[Identifier, SubjectId]]) -> None:
        pointers = ", ".join(f"{identifier.kind} at {subject}" for identifier, subject in found)
        super().__init__(f"identifiers of one person point at different subjects: {pointers}")
        self.found = tuple(found)


class SubjectOnHold(Exception):
    """A person cannot be forgotten while a hold stands, on them or on anyone merged with them."""

    def __init__(self, subject: SubjectId, holds: Sequence[Hold]) -> None:
        grounds = "; ".join(f"{hold.ground}, {hold.until or 'open-ended'}" for hold in holds)
        super().__init__(f"subject {subject} is on hold: {grounds}")
        self.subject = subject
        self.holds = tuple(holds)


class LedgerDamaged(RuntimeError):
    """The ledger of forgotten people has a line that cannot be read, so people might come back unnoticed."""

    def __init__(self, path: str, line: int) -> None:
        super().__init__(
            f"line {line} of {path}, the ledger of forgotten people, cannot be read: the file was altered or damaged. "
            f"Put back its newest whole copy (docs/operators/keys.md) and start again."
        )
