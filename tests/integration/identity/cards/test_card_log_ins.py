"""憑證登入: who comes in by which card, as what, and why somebody does not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import msgspec
import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from operate.rehearsal.pki import DAY, YEAR, personnel
from services.identity import commands
from services.identity.application.front_desk import FrontDesk
from services.identity.domain.accounts.refusals import SessionEnded
from services.identity.domain.cards import refusals
from services.identity.events import (
    CardRegistered,
    HolderKind,
    LoginRefused,
    SessionEnd,
    SessionOpened,
    StandingReason,
    Way,
)
from shared.cards.evidence import Evidence
from shared.cards.profiles import CardKind
from shared.cards.reasons import Reason, TokenRefused
from shared.principal import Assurance, Role
from shared.principal_tokens import PrincipalSigner
from shared.refusals import Refusal
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, DAAN_CLINIC, taipei
from tests.integration.identity.accounts.door import DOCTOR, ELSEWHERE, HOME, MANAGER, OPERATOR
from tests.integration.identity.cards.card_door import (
    CENTRES_SERIAL,
    CLINICS_SERIAL,
    DOCTORS_ID,
    DOCTORS_SERIAL,
    SITE,
)

BY_CARD = frozenset({Assurance.CARD_PIN})


@pytest.fixture
def doctor(door):
    """A practitioner whose card is registered."""
    door.institution()
    door.doctors_entry()
    return door.doctors_card()


@pytest.fixture
def clinic(door):
    """An institution whose card is registered."""
    door.institution()
    door.clinics_entry()
    return door.clinics_card()


def refused(door, refusal, reason, come_in):
    """Somebody is refused so, and the log says why, once and with nobody's data."""
    before = door.told().count("LoginRefused")
    with pytest.raises(Refusal) as caught:
        come_in()
    assert type(caught.value) is refusal
    assert door.told().count("LoginRefused") == before + 1
    assert (door.last(LoginRefused).way, door.reason()) == (Way.CARD, reason)
    return caught.value


# Who comes in --------------------------------------------------------------------------------------------------------


def test_a_practitioner_comes_in_by_their_card_for_themselves(door, doctor):
    signed_in = door.come_in(doctor)
    who = door.who(signed_in)
    assert (who.role, who.institution, who.acts_for) == (Role.PRACTITIONER, BANQIAO_CLINIC, {BANQIAO_DOCTOR})
    assert who.assurances == BY_CARD
    assert who.id == f"person/{who.subject}"
    [known] = door.known(signed_in.session)
    assert (known.badge.name, known.badge.institution_name) == ("陳安康", "板橋安康小兒科診所")
    assert signed_in.card_ends_on == (taipei(2, 18, 10) + YEAR).date()
    assert not signed_in.may_choose


def test_the_log_names_the_card_by_a_pseudonym_alone(door, doctor):
    door.come_in(doctor)
    [proof] = door.last(SessionOpened).proofs
    entry = door.last(CardRegistered)
    assert proof.evidence == f"card/{entry.card}"
    with door.database.connect(name="test") as connection:
        stored = b"".join(bytes(data) for (data,) in connection.execute("select data from event"))
    assert DOCTORS_SERIAL.encode() not in stored
    assert DOCTORS_ID.encode() not in stored


def test_an_institution_comes_in_by_its_card_for_no_other(door, clinic):
    door.other_institution()
    who = door.who(door.come_in(clinic))
    assert (who.id, who.role, who.institution) == (
        f"institution/{BANQIAO_CLINIC}",
        Role.INSTITUTION,
        BANQIAO_CLINIC,
    )
    assert who.acts_for == frozenset()
    assert [one.institution for one in door.capacities(door.come_in(clinic))] == [BANQIAO_CLINIC]


def test_a_long_term_care_centre_comes_in_by_the_government_card_of_its_county(door):
    door.register(CardKind.GOVERNMENT, CENTRES_SERIAL, "新北市")
    signed_in = door.come_in(door.centres_card())
    who = door.who(signed_in)
    assert (who.id, who.role, who.jurisdiction) == ("centre/新北市", Role.CENTRE, "新北市")
    assert [one.name for one in door.capacities(signed_in)] == ["新北市"]


def test_a_card_that_was_renewed_is_its_holders_still(door, doctor):
    assert door.who(door.come_in(door.doctors_card())).id == door.who(door.come_in(doctor)).id


@pytest.mark.usefixtures("doctor")
def test_the_same_number_of_another_issuer_is_another_card(door):
    stranger = door.issue(CardKind.CITIZEN, personnel("陳安康", DOCTORS_SERIAL))
    refused(door, refusals.CardNotAccepted, "card-issuer-of-another-kind", lambda: door.come_in(stranger))


def test_a_citizen_comes_in_after_the_national_id_was_entered_once(door):
    door.institution()
    card = door.citizens_card()
    with pytest.raises(refusals.IdentifierNeeded):
        door.come_in(card)
    first = door.come_in(card, identifier=DOCTORS_ID)
    assert door.who(first).role is Role.PRACTITIONER
    assert door.last(CardRegistered).holder.kind is HolderKind.PERSON
    assert door.who(door.come_in(card)).id == door.who(first).id


@pytest.mark.parametrize(
    ("card", "identifier", "reason"),
    [
        ({"last_four": "0000"}, DOCTORS_ID, "card-identifier-mismatch"),
        ({"name": "王大同"}, DOCTORS_ID, "card-name-mismatch"),
        ({"last_four": "6789"}, "A123456789", "card-person-unknown"),
    ],
)
def test_a_citizens_card_is_bound_to_nobody_whom_it_does_not_agree_to_be(door, card, identifier, reason):
    door.institution()
    held = door.citizens_card(**card)
    refused(door, refusals.CardNotAccepted, reason, lambda: door.come_in(held, identifier=identifier))
    assert "CardRegistered" not in door.told()


def test_a_national_id_that_is_none_is_told_before_the_card_has_signed_for_nothing(door):
    given = door.nonce()
    card = door.citizens_card()
    with pytest.raises(Refusal) as caught:
        door.show(given.attempt, door.sign(card, given), identifier="A12345")
    assert caught.value.field == "identifier"
    door.institution()
    assert door.show(given.attempt, door.sign(card, given), identifier=DOCTORS_ID)


def test_a_good_card_that_nobody_has_registered_is_told_so(door):
    refused(door, refusals.CardHolderUnknown, "card-holder-unknown", lambda: door.come_in(door.doctors_card()))


@pytest.mark.usefixtures("doctor")
def test_a_certificate_without_the_holders_number_opens_nothing(door):
    nameless = door.doctors_card(serial="")
    refused(door, refusals.CardNotAccepted, "card-subject-serial-missing", lambda: door.come_in(nameless))


# Who does not any more -----------------------------------------------------------------------------------------------


def test_a_suspended_practitioner_is_told_so_after_the_proof(door, doctor):
    since = door.now.date()
    door.give(commands.SuspendPractitioner(BANQIAO_DOCTOR, since, StandingReason.ORDERED), OPERATOR)
    told = refused(door, refusals.PractitionerIsSuspended, "practitioner-is-suspended", lambda: door.come_in(doctor))
    assert told.params["since"] == since


def test_an_institution_that_is_shut_is_told_so_and_opens_on_no_day_before_it_resumes(door, clinic):
    door.give(commands.SuspendInstitution(BANQIAO_CLINIC, door.now.date(), StandingReason.OWN_REQUEST), OPERATOR)
    refused(door, refusals.InstitutionNotOpen, "institution-not-open", lambda: door.come_in(clinic))
    door.give(commands.ResumeInstitution(BANQIAO_CLINIC, door.now.date()), OPERATOR)
    assert door.come_in(clinic)


def test_a_withdrawn_card_is_out_at_once_and_comes_in_no_more(door, doctor):
    signed_in = door.come_in(doctor)
    entry = door.last(CardRegistered).originator_id
    door.give(commands.WithdrawCard(entry, "lost"), OPERATOR)
    with pytest.raises(SessionEnded) as ended:
        door.who(signed_in)
    assert ended.value.params["end"] == "card_withdrawn"
    refused(door, refusals.CardHolderUnknown, "card-holder-unknown", lambda: door.come_in(doctor))
    assert door.doctors_entry()
    assert door.come_in(doctor)


# Bad cases of a token: each its reason in the log, one plain answer ---------------------------------------------------


def _revoked(door, doctor):
    door.pki.issuer(CardKind.PERSONNEL).revoke(doctor, door.now - DAY)
    return door.come_in(doctor)


def _expired(door, _):
    issuer = door.pki.issuer(CardKind.PERSONNEL)
    return door.come_in(issuer.issue(personnel("陳安康", DOCTORS_SERIAL), door.now - YEAR, door.now - DAY))


def _not_yet(door, _):
    issuer = door.pki.issuer(CardKind.PERSONNEL)
    return door.come_in(issuer.issue(personnel("陳安康", DOCTORS_SERIAL), door.now + DAY, door.now + YEAR))


def _stale(door, doctor):
    door.lists.stands_still_at = door.now - 3 * DAY
    return door.come_in(doctor)


def _of_another_ca(door, _):
    forger = door.pki.new_issuer(CardKind.PERSONNEL, door.now - 2 * YEAR, door.now + YEAR)
    return door.come_in(forger.issue(personnel("陳安康", DOCTORS_SERIAL), door.now - DAY, door.now + DAY))


def _wrong_nonce(door, doctor):
    given, other = door.nonce(), door.nonce()
    return door.show(given.attempt, door.sign(doctor, other))


def _other_site(door, doctor):
    given = door.nonce()
    return door.show(given.attempt, door.sign(doctor, given, "https://kids.example.com"))


def _slash(door, doctor):
    given = door.nonce()
    return door.show(given.attempt, door.sign(doctor, given, f"{SITE}/"))


def _other_certificate(door, doctor):
    given = door.nonce()
    token, others = door.sign(doctor, given), door.sign(door.doctors_card(), given)
    certificate = token.split('"certificate":"')[1].split('"')[0]
    return door.show(given.attempt, others.replace(others.split('"certificate":"')[1].split('"')[0], certificate))


def _with(**changes):
    """A card whose certificate says something else."""

    def come_in(door, _):
        return door.come_in(door.issue(CardKind.PERSONNEL, replace(personnel("陳安康", DOCTORS_SERIAL), **changes)))

    return come_in


def _told(evidence):
    """Nothing but this is had about revocation."""

    def come_in(door, doctor):
        door.lists.says = evidence
        return door.come_in(doctor)

    return come_in


def _token_with(**changes):
    """A token with something else in one of its places."""

    def come_in(door, doctor):
        given = door.nonce()
        written = msgspec.json.decode(door.sign(doctor, given)) | changes
        return door.show(given.attempt, msgspec.json.encode(written).decode())

    return come_in


def _text(text):
    return lambda door, _: door.show(door.nonce().attempt, text)


@pytest.mark.parametrize(
    ("reason", "come_in"),
    [
        ("card-token-missing", _text("")),
        ("card-token-too-short", _text("{" + " " * 97 + "}")),
        ("card-token-too-long", _text("{" * 10_001)),
        ("card-token-not-json", _text("{" * 200)),
        ("card-token-not-an-object", _text("[" + " " * 100 + "]")),
        ("card-format-unknown", _token_with(format="caretrail-card:2.0")),
        ("card-algorithm-none", _token_with(algorithm="NONE")),
        ("card-algorithm-empty", _token_with(algorithm="")),
        ("card-algorithm-control-characters", _token_with(algorithm="ES256\n")),
        ("card-algorithm-unknown", _token_with(algorithm="HS256")),
        ("card-certificate-missing", _token_with(certificate=None)),
        ("card-certificate-not-text", _token_with(certificate=["MII="])),
        ("card-certificate-not-text", _token_with(certificate=1234)),
        ("card-certificate-not-base64", _token_with(certificate="這不是 base64")),
        ("card-certificate-malformed", _token_with(certificate="bm90IGEgY2VydGlmaWNhdGU=")),
        ("card-signature-malformed", _token_with(signature="這不是 base64")),
        ("card-key-of-another-algorithm", _token_with(algorithm="RS256")),
        ("card-key-usage-missing", _with(signs=False)),
        ("card-key-usage-missing", _with(signs=None)),
        ("card-purpose-wrong", _with(purposes=(ExtendedKeyUsageOID.SERVER_AUTH,))),
        ("card-policy-not-allowed", _with(policies=("2.16.886.101.0.3.2",))),
        ("card-subject-type-missing", _with(subject_type=None)),
        ("card-crl-missing", _told(Evidence())),
        ("card-crl-malformed", _told(Evidence(lists=(b"no list",)))),
        ("card-ocsp-failed", _told(Evidence(trouble=Reason.OCSP_FAILED))),
        ("card-revoked", _revoked),
        ("card-expired", _expired),
        ("card-not-yet-valid", _not_yet),
        ("card-crl-stale", _stale),
        ("card-issuer-untrusted", _of_another_ca),
        ("card-signature-wrong", _wrong_nonce),
        ("card-signature-wrong", _other_site),
        ("card-origin-with-slash", _slash),
        ("card-signature-wrong", _other_certificate),
    ],
)
def test_a_bad_token_is_refused_with_one_plain_answer_and_a_reason_of_its_own(door, doctor, reason, come_in):
    refused(door, refusals.CardNotAccepted, reason, lambda: come_in(door, doctor))


class Refuses:
    """A judge for whom something is always wrong."""

    def __init__(self, reason):
        self._reason = reason

    def verify(self, *_):
        raise TokenRefused(self._reason)


@pytest.mark.parametrize("reason", list(Reason))
def test_whatever_is_wrong_with_a_token_the_log_has_its_own_reason_and_the_person_the_same_answer(door, reason):
    desk = replace(door.entrance.cards, judge=Refuses(reason))
    watched = replace(door.identity.desk, entrance=replace(door.entrance, cards=desk))
    door.desk = FrontDesk(watched, PrincipalSigner(door.key))
    refused(door, refusals.CardNotAccepted, reason.value, lambda: door.show(door.nonce().attempt, "{}"))


# The nonce -----------------------------------------------------------------------------------------------------------


def test_a_nonce_is_good_for_five_minutes(door, doctor):
    given = door.nonce()
    assert given.expires_at - door.now == timedelta(minutes=5)
    door.wait(timedelta(minutes=5))
    token = door.sign(doctor, given)
    refused(door, refusals.CardNonceExpired, "card-nonce-expired", lambda: door.show(given.attempt, token))


def test_a_nonce_is_good_once_whatever_came_of_it(door, doctor):
    given = door.nonce()
    token = door.sign(doctor, given)
    refused(door, refusals.CardNotAccepted, "card-token-too-short", lambda: door.show(given.attempt, "{}"))
    refused(door, refusals.CardNonceVoid, "card-nonce-used", lambda: door.show(given.attempt, token))


def test_of_two_who_use_a_nonce_at_once_one_comes_in(door, doctor):
    given = door.nonce()
    token, barrier = door.sign(doctor, given), Barrier(4)

    def come_in(_):
        barrier.wait()
        try:
            return door.show(given.attempt, token)
        except refusals.CardNonceVoid:
            return None

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(come_in, range(4)))
    assert sum(one is not None for one in found) == 1
    assert door.told().count("SessionOpened") == 1


def test_another_browser_has_no_use_for_a_token(door, doctor):
    given, others = door.nonce(), door.nonce(client=ELSEWHERE)
    stolen = door.sign(doctor, given)
    refused(door, refusals.CardNotAccepted, "card-signature-wrong", lambda: door.show(others.attempt, stolen))
    refused(door, refusals.CardNonceVoid, "card-nonce-unknown", lambda: door.show("never given", stolen))


def test_what_was_asked_for_in_a_session_opens_no_other(door, doctor):
    signed_in = door.come_in(doctor)
    given = door.nonce(signed_in.session)
    token = door.sign(doctor, given)
    refused(door, refusals.CardNonceVoid, "card-nonce-of-another-session", lambda: door.show(given.attempt, token))


def test_nobody_fills_the_log_or_the_table_from_one_address(door):
    policy = door.entrance.policy(door.now)
    for _ in range(policy.card_nonces[0].most):
        door.nonce()
    with pytest.raises(refusals.TooManyCardTries) as full:
        door.nonce()
    assert full.value.params["at"] == door.now + policy.card_nonces[0].period
    assert door.nonce(client=ELSEWHERE)
    for _ in range(policy.card_voids[0].most + 1):
        with pytest.raises(refusals.CardNonceVoid):
            door.show("never given", "{}")
    assert door.told().count("LoginRefused") == policy.card_voids[0].most


def test_what_is_over_is_swept_out_of_the_table(door):
    for _ in range(3):
        door.nonce()
    door.wait(timedelta(hours=2))
    door.nonce()
    with door.database.connect(name="test") as connection:
        assert connection.execute("select count(*) from card_nonce").fetchone() == (1,)


# The environment check -----------------------------------------------------------------------------------------------


def test_a_card_is_checked_without_anybody_being_let_in(door):
    card = door.doctors_card()
    given = door.nonce()
    checked = door.ask(commands.CheckCardToken(given.attempt, door.sign(card, given), HOME))
    assert (checked.reason, checked.kind) == ("", CardKind.PERSONNEL)
    again = door.ask(commands.CheckCardToken(given.attempt, door.sign(card, given), HOME))
    assert again.reason == "card-nonce-used"
    assert door.told() == []


# Whose a card is -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("clinic")
def test_a_card_is_registered_for_one_holder(door):
    door.other_institution()
    with pytest.raises(refusals.CardExists):
        door.register(CardKind.INSTITUTION, CLINICS_SERIAL, DAAN_CLINIC)
    assert door.clinics_entry().result == "unchanged"


def test_the_issuer_may_be_written_from_either_end(door):
    door.institution()
    backwards = ",".join(reversed(door.issuer_of(CardKind.INSTITUTION).split(",")))
    door.give(commands.RegisterCard(CardKind.INSTITUTION, backwards, CLINICS_SERIAL, BANQIAO_CLINIC), OPERATOR)
    assert door.come_in(door.clinics_card())


def test_a_citizens_card_is_in_no_list_and_an_issuer_has_a_whole_name(door):
    with pytest.raises(refusals.InvalidForm) as caught:
        door.give(commands.RegisterCard(CardKind.CITIZEN, "MOICA", "1", "A123456789"), OPERATOR)
    assert [type(one) for one in caught.value.refusals] == [refusals.IssuerMalformed, refusals.CardKindHasNoRegister]


# Capacities ----------------------------------------------------------------------------------------------------------


def _invited(door):
    door.invite("doctor@example.tw", DOCTOR)
    return door.activate()


def _account_in_the_doctors_name(door):
    door.give(commands.InviteAccount("陳安康", "doctor@example.tw", DOCTOR), MANAGER)
    return door.activate()


def test_nobody_binds_a_card_in_another_name_to_an_account(door, doctor):
    account = _invited(door)
    refused(door, refusals.CardOfAnother, "card-of-another", lambda: door.bind(account, doctor))
    clinics = door.clinics_card()
    refused(door, refusals.CardNotForAccounts, "card-not-for-accounts", lambda: door.bind(account, clinics))


def test_a_card_gives_its_holder_the_account_too_that_it_was_bound_to(door, doctor):
    account = _account_in_the_doctors_name(door)
    door.bind(account, doctor)
    assert door.bind(account, doctor)
    assert door.told().count("CardBound") == 1
    signed_in = door.come_in(doctor)
    assert signed_in.may_choose
    keys = [(one.role, one.is_taken) for one in door.capacities(signed_in)]
    assert keys == [(Role.PRACTITIONER, True), (Role.DOCTOR, False)]


def test_another_capacity_is_taken_with_the_same_proof_and_no_more_time(door, doctor):
    door.bind(_account_in_the_doctors_name(door), doctor)
    signed_in = door.come_in(doctor)
    door.wait(timedelta(minutes=20))
    other = next(one.key for one in door.capacities(signed_in) if not one.is_taken)
    taken = door.take(signed_in, other)
    who = door.who(taken)
    assert (who.role, who.assurances, taken.ends_at) == (Role.DOCTOR, BY_CARD, signed_in.ends_at)
    with pytest.raises(SessionEnded) as ended:
        door.who(signed_in)
    assert ended.value.params == {"end": SessionEnd.CAPACITY_CHANGED}
    assert door.told()[-2:] == ["SessionOpened", "SessionClosed"]
    back = door.take(taken, f"practitioner/{BANQIAO_DOCTOR}")
    assert door.who(back).role is Role.PRACTITIONER


def test_a_password_is_of_the_account_and_does_not_go_along(door, doctor):
    account = _account_in_the_doctors_name(door)
    door.bind(account, doctor)
    proved = door.prove(account, doctor)
    assert {one.role for one in door.capacities(proved)} == {Role.PRACTITIONER, Role.DOCTOR}
    taken = door.take(proved, f"practitioner/{BANQIAO_DOCTOR}")
    assert (door.who(taken).role, door.who(taken).assurances) == (Role.PRACTITIONER, BY_CARD)


def test_nobody_takes_what_they_are_not(door, doctor):
    signed_in = door.come_in(doctor)
    for capacity in (f"institution/{BANQIAO_CLINIC}", "", "account/x"):
        with pytest.raises(refusals.CapacityUnknown):
            door.take(signed_in, capacity)
    assert door.who(signed_in)


def test_a_parent_has_nothing_to_choose(door):
    assert door.capacities(door.parent()) == []


# Step-up -------------------------------------------------------------------------------------------------------------


def test_a_session_by_password_counts_the_card_that_is_bound_to_its_account(door, doctor):
    account = _account_in_the_doctors_name(door)
    door.bind(account, doctor)
    proved = door.prove(account, doctor)
    assert set(proved.assurances) == {Assurance.PASSWORD, Assurance.CARD_PIN}
    with pytest.raises(Refusal):
        door.who(account)


def test_a_session_counts_nobody_elses_card(door, doctor, clinic):
    signed_in = door.come_in(doctor)
    refused(door, refusals.CardOfAnother, "card-of-another", lambda: door.prove(signed_in, clinic))
    unknown = door.doctors_card(serial="0000000199999999")
    refused(door, refusals.CardOfAnother, "card-of-another", lambda: door.prove(signed_in, unknown))
    assert door.who(signed_in).assurances == BY_CARD
