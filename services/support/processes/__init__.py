"""What support does by itself: one file each, events and deadlines in, commands out."""

from services.support.processes.forget_applications_after_their_time import ForgetApplicationsAfterTheirTime
from services.support.processes.lock_out_whoever_has_left import LockOutWhoeverHasLeft
from services.support.processes.note_departures import NoteDepartures
from services.support.processes.open_finished_lock import OpenFinishedLock
from services.support.processes.send_register_file_every_working_day import SendRegisterFileEveryWorkingDay

PROCESSES = (
    NoteDepartures,
    LockOutWhoeverHasLeft,
    OpenFinishedLock,
    SendRegisterFileEveryWorkingDay,
    ForgetApplicationsAfterTheirTime,
)
"""Every process of the context."""
