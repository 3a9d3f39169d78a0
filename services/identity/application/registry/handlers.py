"""Which use case answers which command of the registry, and the aggregates that they load."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.identity import commands
from services.identity.application.registry import institutions, personnel, records
from services.identity.domain.registry.institution import Institution
from services.identity.domain.registry.place import Place
from services.identity.domain.registry.practitioner import Practitioner
from services.identity.domain.registry.records import RegistryImport

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.application.handling import Handler
    from shared.events import Aggregate

AGGREGATES: tuple[type[Aggregate], ...] = (Institution, Practitioner, Place, RegistryImport)

HANDLERS: Mapping[type, Handler] = {
    commands.RecordInstitution: institutions.record_institution,
    commands.ChangeServiceHours: institutions.change_service_hours,
    commands.SuspendInstitution: institutions.suspend_institution,
    commands.ResumeInstitution: institutions.resume_institution,
    commands.CloseInstitution: institutions.close_institution,
    commands.JoinProgramme: institutions.join_programme,
    commands.LeaveProgramme: institutions.leave_programme,
    commands.RecordPractitioner: personnel.record_practitioner,
    commands.MovePractitioner: personnel.move_practitioner,
    commands.SuspendPractitioner: personnel.suspend_practitioner,
    commands.ResumePractitioner: personnel.resume_practitioner,
    commands.RecordLicence: personnel.record_licence,
    commands.CreditTraining: personnel.credit_training,
    commands.AdmitPractitioner: personnel.admit_practitioner,
    commands.DismissPractitioner: personnel.dismiss_practitioner,
    commands.WarnOfExpiringLicence: personnel.warn_of_expiring_licence,
    commands.ExpireLicence: personnel.expire_licence,
    commands.RecordPlace: records.record_place,
    commands.AddPlace: records.add_place,
    commands.RecordRegistryImport: records.record_import,
}
