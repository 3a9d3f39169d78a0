"""What identity does by itself: one file each, events and deadlines in, commands out."""

from services.identity.processes.close_sessions_of_a_changed_account import CloseSessionsOfAChangedAccount
from services.identity.processes.close_sessions_of_a_changed_nhi_card import CloseSessionsOfAChangedNhiCard
from services.identity.processes.close_sessions_of_a_lost_capacity import CloseSessionsOfALostCapacity
from services.identity.processes.close_sessions_of_a_withdrawn_card import CloseSessionsOfAWithdrawnCard
from services.identity.processes.expire_licences_after_a_warning import ExpireLicencesAfterAWarning
from services.identity.processes.expire_unused_invitation import ExpireUnusedInvitation
from services.identity.processes.have_accounts_follow_the_register import HaveAccountsFollowTheRegister
from services.identity.processes.have_sessions_follow_what_is_granted import HaveSessionsFollowWhatIsGranted
from services.identity.processes.remind_unused_invitation import RemindUnusedInvitation

PROCESSES = (
    RemindUnusedInvitation,
    ExpireUnusedInvitation,
    CloseSessionsOfAChangedAccount,
    CloseSessionsOfAChangedNhiCard,
    CloseSessionsOfALostCapacity,
    CloseSessionsOfAWithdrawnCard,
    HaveAccountsFollowTheRegister,
    HaveSessionsFollowWhatIsGranted,
    ExpireLicencesAfterAWarning,
)
"""Every process of the context."""
