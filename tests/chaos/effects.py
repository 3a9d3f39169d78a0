"""What came of commands given to processes that were killed: each took effect once, whole, as it was answered."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

from services.matching.application import reservations
from services.matching.bootstrap import CONTEXT
from services.matching.domain.case import Case
from shared.application import Outcome
from shared.blobs import BlobStore
from shared.events import published_by
from shared.relay.checkpoints import key_id_of
from shared.relay.contents import Contents, flaw_in
from shared.relay.verify import verify_log
from shared.store.append import Reservation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.matching.bootstrap import MatchingContext
    from tests.chaos.caseload import Caseload

_ANSWERS = "select key, body from answer"
_CASES = "select originator_id from event where type = 'matching.CaseSubmitted.v1'"
_RESERVATIONS = "select scope, key, holder from reservation where scope <> 'turn'"
# What follows from an event names it, and so the key of the one command; elsewhere the key is the correlation id.
_EFFECTS = """
select
    case when told->>'causationid' like 'matching/%'
        then concat_ws('/', told->>'actorid', split_part(told->>'causationid', '/', 2), '1')
        else told->>'correlationid'
    end as key,
    array_agg(split_part(type, '.', 2) order by originator_version)
from event cross join lateral (select ('{' || substr(convert_from(meta, 'utf8'), 2) || '}')::json) as meta (told)
group by key, originator_id, xid
"""
_WHOLE = (
    ["CaseSubmitted", "PreferenceOffered"],
    ["InstitutionAccepted", "NoticeRequested"],
    ["InstitutionDeclined"],
    ["CaseWithdrawn"],
)
"""What commands of families and clinics lead to."""


def stored_answers(context: MatchingContext) -> dict[str, Outcome]:
    """What was answered to each command, by idempotency key."""
    with context.database.connect() as connection:
        return {key: msgspec.json.decode(body, type=Outcome) for key, body in connection.execute(_ANSWERS)}


def stored_cases(context: MatchingContext) -> Iterator[Case]:
    """Every case there is."""
    with context.database.connect() as connection:
        ids = [case_id for (case_id,) in connection.execute(_CASES)]
    return (context.application.load(Case, case_id) for case_id in ids)


def assert_each_command_took_effect_once(context: MatchingContext, caseload: Caseload) -> None:
    """Every answered command is in the log as it was answered, none twice, none in part, none without its answer."""
    answers = stored_answers(context)
    assert caseload.contradictions == []
    assert {key: answers.get(key) for key in caseload.answers} == caseload.answers

    effects = defaultdict(list)
    with context.database.connect() as connection:
        for key, events in connection.execute(_EFFECTS):
            effects[key].append(events)
    assert effects.keys() == answers.keys()
    assert {key: found for key, found in effects.items() if len(found) > 1} == {}
    assert [found for key, [found] in effects.items() if key.startswith("family/") and found not in _WHOLE] == []


def assert_reservations_are_those_of_the_cases(context: MatchingContext) -> None:
    """Each case holds its number, and what belongs to it as it stands; nobody else holds anything."""
    expected: set[Reservation] = set()
    for case in stored_cases(context):
        expected.update([reservations.numbered(case.case_no, case.id), *reservations.held_by(case)])
    with context.database.connect() as connection:
        assert {Reservation(*row) for row in connection.execute(_RESERVATIONS)} == expected


def assert_the_chain_is_whole(context: MatchingContext, positions: int) -> None:
    """The log verifies from its first position to its last."""
    public_key = context.signing_key().public_key()
    contents = Contents(published_by(CONTEXT), flaw_in(BlobStore(context.installation.settings.blobs)))
    verification = verify_log(context.database, CONTEXT, {key_id_of(public_key): public_key}, contents)
    assert verification.first_bad is None
    assert verification.positions == positions
