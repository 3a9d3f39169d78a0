"""身分: what somebody who was proved may be by now, computed anew each time from what the log holds (ADR 28)."""

from services.identity.application.capacities.capacity import Capacities, Capacity, centre_id
from services.identity.application.capacities.holding import of_account, of_agency, of_institution, of_person

__all__ = ["Capacities", "Capacity", "centre_id", "of_account", "of_agency", "of_institution", "of_person"]
