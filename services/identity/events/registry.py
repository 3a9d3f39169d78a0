"""院所與醫事人員登錄: everything that has happened to an institution, a practitioner and a non-medical place.

Sources: S000 (志願, 登入後台), S001 (支援院所, 停歇業, 異動), S003 (院所查詢), DOMAIN §1.6. The professional
name and number of a practitioner and the address and phone of an institution are public register data and stay in
clear; a national ID is sealed for its person. Days are Taipei days. What begins on a later day is told when it is
decided, and holds from its day on.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from services.identity.events.registry_entries import (
    CountyName,
    FileDigest,
    InstitutionNo,
    InstitutionProfile,
    Licence,
    PlaceAddress,
    PractitionerIdentity,
    PractitionerNo,
    ProfessionCode,
    Programme,
    RegistryFile,
    StandingReason,
)
from shared.events import Created, Event, published, upcasts
from shared.sealing import Sealed, SubjectId

# Institutions --------------------------------------------------------------------------------------------------------


@published("identity.InstitutionRegistered.v1")
class InstitutionRegistered(Created):
    """開業登錄: the registry knows an institution; it is open unless a later event says otherwise."""

    originator_id: UUID
    institution: InstitutionNo
    profile: InstitutionProfile


@published("identity.InstitutionChanged.v1")
class InstitutionChanged(Event):
    """變更登錄: the register says something else of an institution; `profile` is the whole entry afterwards."""

    originator_id: UUID
    institution: InstitutionNo
    profile: InstitutionProfile


@published("identity.InstitutionSuspended.v1")
class InstitutionSuspended(Event):
    """停業: no service from `since` on; `until` is the last day planned, if any. `InstitutionResumed` ends it."""

    originator_id: UUID
    institution: InstitutionNo
    county: CountyName
    since: date
    until: date | None
    reason: StandingReason


@published("identity.InstitutionResumed.v1")
class InstitutionResumed(Event):
    """復業: open again from `since`, after a suspension, or because a suspension or a closure has been called off."""

    originator_id: UUID
    institution: InstitutionNo
    county: CountyName
    since: date


@published("identity.InstitutionClosed.v1")
class InstitutionClosed(Event):
    """歇業: no service from `since` on, for good."""

    originator_id: UUID
    institution: InstitutionNo
    county: CountyName
    since: date
    reason: StandingReason


@published("identity.ProgrammeJoined.v1")
class ProgrammeJoined(Event):
    """參與計畫: an institution takes part in a programme from `since` to `until`, its last day, where one is set."""

    originator_id: UUID
    institution: InstitutionNo
    programme: Programme
    since: date
    until: date | None


@published("identity.ProgrammeLeft.v1")
class ProgrammeLeftV1(Event):
    """退出計畫: an institution no longer takes part in a programme; `until` is the last day on which it did."""

    originator_id: UUID
    institution: InstitutionNo
    programme: Programme
    until: date


@published("identity.ProgrammeLeft.v2")
class ProgrammeLeft(Event):
    """退出計畫: an institution takes part in a programme to `until`, its last day, and no longer; and why."""

    originator_id: UUID
    institution: InstitutionNo
    programme: Programme
    until: date
    reason: StandingReason


@upcasts
def _with_reason(old: ProgrammeLeftV1) -> ProgrammeLeft:
    """Nobody was asked why."""
    return ProgrammeLeft(  # type: ignore[call-arg]  # the library makes a dataclass of it
        old.originator_id,
        old.originator_version,
        old.timestamp,
        institution=old.institution,
        programme=old.programme,
        until=old.until,
        reason=StandingReason.OTHER,
    )


# Practitioners -------------------------------------------------------------------------------------------------------


@published("identity.PractitionerRegistered.v1")
class PractitionerRegistered(Created):
    """醫事人員登錄: the registry knows a practitioner. `institution` is the practice place (執業登記), or empty."""

    originator_id: UUID
    practitioner: PractitionerNo
    name: str
    profession: ProfessionCode
    institution: InstitutionNo
    subject: SubjectId
    identity: Sealed[PractitionerIdentity]


@published("identity.PractitionerChanged.v1")
class PractitionerChanged(Event):
    """The register says another name, profession or identifier of a practitioner; all of them as they are now."""

    originator_id: UUID
    practitioner: PractitionerNo
    name: str
    profession: ProfessionCode
    subject: SubjectId
    identity: Sealed[PractitionerIdentity]


@published("identity.PractitionerMoved.v1")
class PractitionerMoved(Event):
    """異動執登場所: practises at `institution` from `since` on; empty where the person practises nowhere now."""

    originator_id: UUID
    practitioner: PractitionerNo
    former_institution: InstitutionNo
    institution: InstitutionNo
    since: date


@published("identity.PractitionerSuspended.v1")
class PractitionerSuspended(Event):
    """停業 of a person from `since` on; `until` is the last day planned, if any; `PractitionerResumed` ends it."""

    originator_id: UUID
    practitioner: PractitionerNo
    institution: InstitutionNo
    since: date
    until: date | None
    reason: StandingReason


@published("identity.PractitionerResumed.v1")
class PractitionerResumed(Event):
    """復業 of a person from `since`."""

    originator_id: UUID
    practitioner: PractitionerNo
    institution: InstitutionNo
    since: date


@published("identity.LicenceRecorded.v1")
class LicenceRecorded(Event):
    """執業執照: a licence was issued or renewed; one of the same number replaces it."""

    originator_id: UUID
    practitioner: PractitionerNo
    institution: InstitutionNo
    licence: Licence


@published("identity.LicenceExpiring.v1")
class LicenceExpiring(Event):
    """執照將屆期: the licence that holds longest ends soon, and no other has been recorded."""

    originator_id: UUID
    practitioner: PractitionerNo
    institution: InstitutionNo
    licence: Licence


@published("identity.LicenceExpired.v1")
class LicenceExpired(Event):
    """執照逾期: the last day of the licence that held longest is over; without another the person may not practise."""

    originator_id: UUID
    practitioner: PractitionerNo
    institution: InstitutionNo
    licence: Licence


@published("identity.TrainingCredited.v1")
class TrainingCredited(Event):
    """教育訓練學分: credits earned for a programme in one `course`.

    `total` is what the person has earned for it by now, and `complete` whether the programme asks for no more.
    """

    originator_id: UUID
    practitioner: PractitionerNo
    programme: Programme
    course: str
    credits: int
    earned_on: date
    total: int
    complete: bool


@published("identity.PractitionerJoinedProgramme.v1")
class PractitionerJoinedProgramme(Event):
    """A practitioner takes part in a programme from `since` to `until`, the last day, where one is set."""

    originator_id: UUID
    practitioner: PractitionerNo
    institution: InstitutionNo
    programme: Programme
    since: date
    until: date | None


@published("identity.PractitionerLeftProgramme.v1")
class PractitionerLeftProgramme(Event):
    """A practitioner no longer takes part in a programme; `until` is the last day of taking part."""

    originator_id: UUID
    practitioner: PractitionerNo
    institution: InstitutionNo
    programme: Programme
    until: date


# Places and files ----------------------------------------------------------------------------------------------------


@published("identity.PlaceRegistered.v1")
class PlaceRegistered(Created):
    """非醫事機構: a place outside the medical register, once for each code and name (S001, 新增非醫事機構)."""

    originator_id: UUID
    code: str
    name: str
    address: PlaceAddress


@published("identity.PlaceChanged.v1")
class PlaceChanged(Event):
    """A non-medical place has another address."""

    originator_id: UUID
    code: str
    name: str
    address: PlaceAddress


@published("identity.RegistryImported.v1")
class RegistryImported(Created):
    """匯入: a file of the registry was taken in; one outcome a row, counted here."""

    originator_id: UUID
    kind: RegistryFile
    digest: FileDigest
    rows: int
    taken: int
    unchanged: int
    refused: int
