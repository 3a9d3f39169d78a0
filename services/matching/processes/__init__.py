"""What matching does by itself: one file each, events and deadlines in, commands out."""

from services.matching.processes.expire_unanswered_offer import ExpireUnansweredOffer
from services.matching.processes.lapse_unsigned_notice import LapseUnsignedNotice
from services.matching.processes.note_end_of_participation import NoteEndOfParticipation
from services.matching.processes.notify_former_institution import NotifyFormerInstitutionOfChange
from services.matching.processes.offer_next_preference import OfferNextPreferenceWhenOneIsSpent
from services.matching.processes.remind_unanswered_offer import RemindUnansweredOffer
from services.matching.processes.withdraw_offers_of_closed_institution import WithdrawOffersOfClosedInstitution

PROCESSES = (
    OfferNextPreferenceWhenOneIsSpent,
    RemindUnansweredOffer,
    ExpireUnansweredOffer,
    LapseUnsignedNotice,
    NotifyFormerInstitutionOfChange,
    NoteEndOfParticipation,
    WithdrawOffersOfClosedInstitution,
)
"""Every process of the context."""
