"""The end of the play: every log and every read model of every context is compared with what it stands on, aloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.matching.demonstration.tally import differences_between
from shared.blobs import BlobStore
from shared.events import published_by
from shared.read_models.compare import compare
from shared.relay.contents import Contents, flaw_in
from shared.relay.verify import verify_log
from shared.vault.signing import public_keys

if TYPE_CHECKING:
    from typing import Any

    from services.matching.demonstration.house import House
    from services.matching.demonstration.narrator import Narrator
    from services.matching.demonstration.tally import Figures, Tally
    from shared.context import Context

_SETTLED = frozenset({"sent", "delivered"})


class Review:
    """Looks at a house in which nobody works any more: the relays have signed where the logs end."""

    def __init__(self, house: House, narrator: Narrator) -> None:
        self._house = house
        self._narrator = narrator

    def differences(self, tally: Tally, shown: dict[str, Figures], messages: Figures) -> list[str]:
        """What did not go as the story has it, does not show so, or was not told to whom it concerns."""
        found = [*tally.surprises, *differences_between(tally.expected(), shown)]
        found += [
            f"messages.{status}: {count}" for status, count in messages.items() if count and status not in _SETTLED
        ]
        for difference in found:
            self._narrator.tell("differs", difference=difference)
        if not found:
            self._narrator.tell("agreed")
        return found

    def events(self) -> int:
        """How many events all logs hold."""
        return sum(context.log.head().position for context in self._house.contexts.values())

    def logs_verified(self) -> bool:
        """Whether every log is as it was published, and signed to its end."""
        verified = [self._is_verified(name) for name in self._house.contexts]  # each is told, also after a bad one
        return all(verified)

    def rebuilds_equal(self) -> bool:
        """Whether every read model is, row by row, what a rebuild makes of the log."""
        contexts = self._house.contexts.values()
        rebuilt = [self._is_rebuilt(context, name) for context in contexts for name in context.models]
        return all(rebuilt)

    def _is_verified(self, name: str) -> bool:
        keys = public_keys(self._house.settings.checkpoint_key_file)
        contents = Contents(published_by(name), flaw_in(BlobStore(self._house.settings.blobs)))
        verification = verify_log(self._house.contexts[name].database, name, keys, contents)
        if (bad := verification.first_bad) is not None:
            self._narrator.tell("not_verified", context=name, first=bad.first, last=bad.last, problem=bad.what)
        elif verification.signed < verification.positions:
            self._narrator.tell("not_signed", context=name, signed=verification.signed, events=verification.positions)
        else:
            self._narrator.tell("verified", context=name, events=verification.positions)
        return bool(verification.is_whole) and verification.signed == verification.positions

    def _is_rebuilt(self, context: Context[Any], name: str) -> bool:
        model = context.models[name]
        equal = compare(model, context.database, context.logs[model.context]).is_none
        self._narrator.tell("rebuilt" if equal else "not_rebuilt", model=name)
        return equal
