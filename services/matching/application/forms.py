"""What people entered, checked field by field: every fault is kept, so that all can be mended at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from services.matching import events
from services.matching.domain import refusals
from services.matching.domain.policies import has_reached
from services.matching.domain.registry import InstitutionFacts, objection_to_doctor, objection_to_institution
from services.matching.events import IdentifierKind
from shared.application.objections import Objections
from shared.taiwan.contacts import parse_email_address, parse_mobile_number
from shared.taiwan.identifiers import Sex as NumberedSex
from shared.taiwan.identifiers import (
    parse_institution_code,
    parse_national_id,
    parse_passport_number,
    parse_personal_id,
    parse_resident_certificate,
)
from shared.taiwan.places import county_named, district_named
from shared.taiwan.text import folded
from shared.vault.blind_index import Identifier

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from services.matching.commands import AddressEntry, ChildEntry, ContactEntry, MotherEntry, PreferenceEntry
    from services.matching.domain.policies import Policy
    from services.matching.domain.registry import Registry
    from services.matching.events import Address, Contact, Mother, Preference
    from shared.taiwan.identifiers import PersonalId

_OF_AGE_YEARS = 18
"""滿十八歲為成年 (民法 §12)."""
NAME_LIMIT = 100
STREET_LIMIT = 200
_MOST_BIRTH_ORDER = 9
_NO_INSTITUTION = InstitutionFacts(code="", name="", county="", district="", takes_part=False)


@dataclass(frozen=True)
class CheckedChild:
    """A child as entered: `day` is the birth date, or the due date of one that is expected."""

    child: events.Child
    birth_order: int
    day: date
    identifier: Identifier | None

    @property
    def born(self) -> bool:
        """Whether it is born."""
        return self.child.birth_date is not None


class Form(Objections):
    """Checks the fields of one form, on the day `today`, by the policy and the registry of that day."""

    def __init__(self, today: date, policy: Policy, registry: Registry) -> None:
        super().__init__()
        self._today = today
        self._policy = policy
        self._registry = registry

    # Single fields ---------------------------------------------------------------------------------------------

    def explanation(self, text: str, field: str) -> str:
        """Why somebody declined or let go: not empty, and within the policy's limit."""
        text = text.strip()
        limit = self._policy.explanation_limit
        if not text:
            self.object(refusals.ReasonMissing(field))
        if len(text) > limit:
            self.object(refusals.ReasonTooLong(field, limit=limit, given=len(text)))
        return text

    def past_day(self, day: date, field: str) -> date:
        """A day that has come."""
        if day > self._today:
            self.object(refusals.DateInFuture(field, today=self._today))
        return day

    # The family ------------------------------------------------------------------------------------------------

    def contact(self, entry: ContactEntry, field: str = "contact") -> Contact:
        """聯絡人: a name, a mobile phone, and a mail address where there is one."""
        name = self.needed_text(entry.name, f"{field}.name", NAME_LIMIT)
        mobile = self.parsed(lambda: parse_mobile_number(entry.mobile, field=f"{field}.mobile").number)
        email = entry.email.strip()
        if email:
            email = self.parsed(lambda: parse_email_address(email, field=f"{field}.email").address) or ""
        return events.Contact(entry.relation, name, mobile or "", email)

    def mother(self, entry: MotherEntry, field: str = "mother") -> Mother:
        """The mother by her identifier, of the kind said; a number that men have is only noticed."""
        return events.Mother(entry.kind, self._identifier(entry, f"{field}.identifier") or "")

    def applied_for(self, entry: ChildEntry) -> CheckedChild:
        """A child that a doctor is sought for: born within the age limit, or expected soon."""
        child = self.child(entry)
        if child.born:
            self._complete(entry)
            self.refuse_too_old(child.day)
        return child

    def refuse_too_old(self, birth_date: date | None) -> None:
        """A child past the age limit, where its birth date is known."""
        if birth_date is not None and self._policy.is_too_old(birth_date, self._today):
            self.object(refusals.ChildTooOld("child.birth_date", limit=self._policy.age_limit_years))

    def newborn(self, entry: ChildEntry, expected: tuple[date, date]) -> CheckedChild:
        """A child whose birth is reported, born when it was `expected`: from the first to the last of these days."""
        self._complete(entry)
        child = self.registered_child(entry)
        first, last = expected
        if child.born and not first <= child.day <= last:
            self.object(refusals.BirthNotExpectedThen("child.birth_date", first=first, last=last))
        else:
            self.refuse_too_old(entry.birth_date)
        return child

    def enrolled_child(self, entry: ChildEntry, enrolled_on: date) -> CheckedChild:
        """A child that the register enrols: it says what is so, and only what cannot be is refused."""
        child = self.registered_child(entry)
        if child.born and enrolled_on < child.day:
            self.object(refusals.EnrolledBeforeBirth("enrolled_on"))
        if child.born and has_reached(_OF_AGE_YEARS, child.day, self._today):
            self.object(refusals.ChildOfAge("child.birth_date"))
        elif child.born and self._policy.is_too_old(child.day, self._today):
            limit = self._policy.age_limit_years
            self.notice(refusals.ChildPastAgeLimit("child.birth_date", limit=limit))
        return child

    def registered_child(self, entry: ChildEntry) -> CheckedChild:
        """A child as the register knows it: born, the rest as far as it is filled in."""
        if entry.birth_date is None:
            self.object(refusals.FieldMissing("child.birth_date"))
        return self.child(entry)

    def child(self, entry: ChildEntry) -> CheckedChild:
        """A child with its address, its date and whatever else is known of it."""
        known = events.Child(
            residence=self.address(entry.residence, "child.residence"),
            birth_date=entry.birth_date,
            due_date=entry.due_date,
            name=self.text(entry.name, "child.name", NAME_LIMIT),
            sex=entry.sex,
            household=self.address(entry.household, "child.household") if entry.household else None,
        )
        self._check_dates(entry)
        if not 0 <= entry.birth_order <= _MOST_BIRTH_ORDER:
            self.object(refusals.BirthOrderOutOfRange("child.birth_order"))
        identifier = self.child_identifier(entry.identifier, "child.identifier")
        if identifier is not None:
            known = replace(known, identifier=identifier.value)
            told = parse_personal_id(identifier.value, on=self._today).sex
            if entry.sex is not None and told is not None and told.value != entry.sex.value:
                self.notice(refusals.SexUnlikeNumber("child.identifier"))
        return CheckedChild(known, entry.birth_order, entry.birth_date or entry.due_date or self._today, identifier)

    def child_identifier(self, text: str, field: str) -> Identifier | None:
        """身分證字號 or 統一證號 of a child; None while 未完成戶籍登記."""
        if not text.strip():
            return None
        found = self.parsed(lambda: parse_personal_id(text, on=self._today, field=field))
        return Identifier(found.kind, found.number) if found else None

    def _check_dates(self, entry: ChildEntry) -> None:
        if entry.birth_date is not None and entry.due_date is not None:
            self.object(refusals.BirthAndDueDateGiven("child.due_date"))
        elif entry.birth_date is not None:
            self.past_day(entry.birth_date, "child.birth_date")
        elif entry.due_date is not None:
            first, last = self._policy.due_dates(self._today)
            if not first <= entry.due_date <= last:
                self.object(refusals.DueDateOutOfRange("child.due_date", first=first, last=last))
            self._refuse_what_is_not_known_yet(entry)
        else:
            self.object(refusals.BirthOrDueDateMissing("child.birth_date"))

    def _refuse_what_is_not_known_yet(self, entry: ChildEntry) -> None:
        for name in ("name", "sex", "identifier", "household"):
            if getattr(entry, name):
                self.object(refusals.KnownOnlyAfterBirth(f"child.{name}"))

    def _complete(self, entry: ChildEntry) -> None:
        """A born child has a name and a sex."""
        for name in ("name", "sex"):
            if not getattr(entry, name):
                self.object(refusals.FieldMissing(f"child.{name}"))

    def _identifier(self, entry: MotherEntry, field: str) -> str | None:
        text = entry.identifier
        if not text.strip():
            self.object(refusals.FieldMissing(field))
            return None
        match entry.kind:
            case IdentifierKind.NATIONAL_ID:
                return self._womans(self.parsed(lambda: parse_national_id(text, field=field)), field)
            case IdentifierKind.RESIDENT_CERTIFICATE:
                certificate = self.parsed(lambda: parse_resident_certificate(text, on=self._today, field=field))
                return self._womans(certificate, field)
            case IdentifierKind.PASSPORT:
                return self.parsed(lambda: parse_passport_number(text, field=field).number)

    def _womans(self, found: PersonalId | None, field: str) -> str | None:
        if found is None:
            return None
        if found.sex == NumberedSex.MALE:
            self.notice(refusals.MotherNumberLikeMans(field))
        return found.number

    def address(self, entry: AddressEntry, field: str) -> Address:
        """地址: a county and district of the table; the postal code follows from them."""
        street = self.text(entry.street, f"{field}.street", STREET_LIMIT)
        county = self.parsed(lambda: county_named(entry.county, field=f"{field}.county").name)
        if county is None:
            return events.Address("", "", "", street)
        district = self.parsed(lambda: district_named(county, entry.district, field=f"{field}.district"))
        if district is None:
            return events.Address(county, "", "", street)
        return events.Address(county, district.name, district.postal_code, street)

    # The preferences -------------------------------------------------------------------------------------------

    def preferences(
        self, entries: Sequence[PreferenceEntry], kept: Sequence[Preference] = ()
    ) -> tuple[Preference, ...]:
        """志願序: institutions and doctors that take part, each once. Those `kept` as they were are not looked up."""
        limit = self._policy.preferences
        if not entries:
            self.object(refusals.PreferencesMissing("preferences"))
        if len(entries) > limit:
            self.object(refusals.TooManyPreferences("preferences", limit=limit))
        preferences = tuple(
            kept[place] if _is_kept(entry, kept[place : place + 1]) else self._preference(place, entry)
            for place, entry in enumerate(entries[:limit])
        )
        chosen: set[tuple[str, str]] = set()
        for place, preference in enumerate(preferences):
            doctor = "" if self._policy.distinct_institutions else preference.doctor
            if preference.institution and (preference.institution, doctor) in chosen:
                self.object(refusals.PreferencesNotDistinct(f"preferences.{place}"))
            chosen.add((preference.institution, doctor))
        return preferences

    def institution(self, text: str, field: str) -> str:
        """An institution code; a check digit that does not fit is only noticed."""
        parsed = self.parsed(lambda: parse_institution_code(text, field=field))
        if parsed is None:
            return ""
        if parsed.warning:
            self.notice(refusals.InstitutionCodeDoubtful(field, code=parsed.code))
        return parsed.code

    def known_institution(self, text: str, field: str) -> InstitutionFacts:
        """An institution that the registry knows, whether or not it takes part."""
        code = self.institution(text, field)
        facts = self._registry.institution(code)
        if code and facts is None:
            self.object(refusals.InstitutionUnknown(field))
        return facts or _NO_INSTITUTION

    def _preference(self, place: int, entry: PreferenceEntry) -> Preference:
        field = f"preferences.{place}"
        code, number = self.institution(entry.institution, f"{field}.institution"), entry.doctor.strip()
        facts = self._registry.institution(code)
        if code:
            self.object(objection_to_institution(facts, f"{field}.institution"))
        if not number:
            self.object(refusals.FieldMissing(f"{field}.doctor"))
        elif facts is not None:
            self.object(objection_to_doctor(self._registry.doctor(number), code, f"{field}.doctor"))
        county, district = (facts.county, facts.district) if facts else ("", "")
        return events.Preference(place + 1, code, number, county, district)


def _is_kept(entry: PreferenceEntry, former: Sequence[Preference]) -> bool:
    """Whether an entry repeats the former preference of its rank, if there was one."""
    choices = [(preference.institution, preference.doctor) for preference in former]
    return (folded(entry.institution), entry.doctor.strip()) in choices
