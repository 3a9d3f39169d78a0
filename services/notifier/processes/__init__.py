"""What the notifier does by itself: events of other contexts in, commands to tell somebody out."""

from services.notifier.processes.tell_account_holders import TellAccountHolders
from services.notifier.processes.tell_bureau_of_its_tasks import TellBureauOfItsTasks
from services.notifier.processes.tell_family_of_its_case import TellFamilyOfItsCase
from services.notifier.processes.tell_family_of_its_enrolment import TellFamilyOfItsEnrolment
from services.notifier.processes.tell_holders_of_nhi_cards import TellHoldersOfNhiCards
from services.notifier.processes.tell_institution_of_ending_licences import TellInstitutionOfEndingLicences
from services.notifier.processes.tell_institution_of_its_offers import TellInstitutionOfItsOffers

PROCESSES = (
    TellFamilyOfItsCase,
    TellFamilyOfItsEnrolment,
    TellInstitutionOfItsOffers,
    TellInstitutionOfEndingLicences,
    TellBureauOfItsTasks,
    TellAccountHolders,
    TellHoldersOfNhiCards,
)
"""Every process of the context."""
