"""What matching does by itself: one file each, events and deadlines in, commands out."""

from services.matching.processes.expire_unanswered_offer import ExpireUnansweredOffer
from services.matching.processes.lapse_unsigned_notice import LapseUnsignedNotice
from services.matching.processes.notify_former_institution import NotifyFormerInstitutionOfChange
from services.matching.processes.offer_next_preference import OfferNextPreferenceWhenOneIsSpent
from services.matching.processes.remind_unanswered_offer import RemindUnansweredOffer

PROCESSES = (
    OfferNextPreferenceWhenOneIsSpent,
    RemindUnansweredOffer,
    ExpireUnansweredOffer,
    LapseUnsignedNotice,
    NotifyFormerInstitutionOfChange,
)
"""Every process of the context."""
