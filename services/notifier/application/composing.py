"""Composing: what is to be told becomes a draft, with its words' blanks filled in and sealed for whoever reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from services.notifier.domain.message import Draft
from services.notifier.events import Channel, Parameters, Recipient
from services.notifier.messages.letters import check_parameters
from services.notifier.messages.templates import newest_version, template

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from services.matching.events import Contact
    from services.notifier.application.desk import Desk
    from services.notifier.commands import News, Template
    from services.notifier.events import Audience
    from shared.sealing import Sealed, SubjectId


@dataclass(frozen=True)
class Telling:
    """What is told, and for whom it is shown in the ledger, before it is known who gets it.

    It is of use until `until`; one that somebody sits and waits for (`waited_for`) leaves at night too.
    """

    template: Template
    news: News
    audience: Audience
    county: str = ""
    institution: str = ""
    account: UUID | None = None
    until: datetime | None = None
    waited_for: bool = False


@dataclass(frozen=True)
class Addressee:
    """One person, and how that person is reached."""

    subject: SubjectId
    channel: Channel
    recipient: Recipient


def family_of(subject: SubjectId, contact: Contact) -> Addressee:
    """How a family is reached: by mail, or by SMS where no mail address is known."""
    channel, address = (Channel.MAIL, contact.email) if contact.email else (Channel.SMS, contact.mobile)
    return Addressee(subject, channel, Recipient(address, contact.name, contact.mobile))


def addressed(
    desk: Desk, telling: Telling, addressee: Addressee, now: datetime, secrets: Mapping[str, str] | None = None
) -> Draft:
    """The message to somebody; raises `ParametersRefused` where the template has a blank that nothing fills."""
    seal, subject = desk.vault.seal, addressee.subject
    values = _values(desk, telling, secrets or {})
    recipient, parameters = seal(subject, addressee.recipient), seal(subject, Parameters(values))
    return _draft(desk, telling, addressee.channel, now, recipient, parameters)


def to_nobody(desk: Desk, telling: Telling, now: datetime) -> Draft:
    """The message that nobody can get, for the ledger."""
    channel = min(template(telling.template, newest_version(telling.template)).channels)
    return _draft(desk, telling, channel, now)


def _draft(  # noqa: PLR0913, PLR0917 - the message, and the two parts of it that are sealed
    desk: Desk,
    telling: Telling,
    channel: Channel,
    now: datetime,
    recipient: Sealed[Recipient] | None = None,
    parameters: Sealed[Parameters] | None = None,
) -> Draft:
    policy, news = desk.policy(now), telling.news
    day_and_night = channel == Channel.MAIL or telling.waited_for
    return Draft(
        template=telling.template.value,
        template_version=newest_version(telling.template),
        language=desk.language.value,
        channel=channel,
        audience=telling.audience,
        recipient=recipient,
        parameters=parameters,
        follows=news.follows,
        happened_at=news.happened_at,
        send_from=now if day_and_night else policy.out_of_the_night(now),
        send_by=policy.send_by(news.happened_at, telling.until),
        useful_until=telling.until,
        case_no=news.case_no,
        institution=telling.institution,
        county=telling.county,
        account=telling.account,
    )


def _values(desk: Desk, telling: Telling, secrets: Mapping[str, str]) -> dict[str, str]:
    news = telling.news
    known = {
        "case_no": news.case_no,
        "county": news.county,
        "site": desk.site,
        "host": urlsplit(desk.site).hostname or desk.site,
        **news.figures,
        **secrets,
    }
    if news.institution:
        place = desk.directory.institution(news.institution)
        known |= {
            "institution": place.name,
            "institution_address": place.address,
            "institution_phone": place.phone,
        }
    if news.doctor:
        known["doctor"] = desk.directory.doctor(news.doctor)
    if news.elsewhere:
        known["actual_institution"] = desk.directory.institution(news.elsewhere).name
    words = template(telling.template, newest_version(telling.template))
    values = {blank: known[blank] for blank in words.parameters if blank in known}
    check_parameters(telling.template, words, values)
    return values
