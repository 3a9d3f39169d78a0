"""Cards behind a PKCS #11 module, with SoftHSM for one: the same agent, the same check, the same token."""

import re
import shutil
import subprocess
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pkcs11
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pkcs11 import Attribute, CertificateType, ObjectClass

from operate.card.tokens import TokenCard
from operate.rehearsal.pki import Pki, new_key, new_rsa_key, personnel
from shared.cards.profiles import CardKind
from shared.cards.token import read_token, signature_holds
from tests.integration.cards.people import NONCE, PIN, SITE, RunningAgent, pki_card

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
KEY_ID = b"\x01"
TO_SIGN = {"nonce": NONCE, "pin": PIN}


@pytest.fixture(scope="module")
def issued():
    now = datetime.now(UTC)
    issuer = Pki(now - timedelta(days=30)).issuer(CardKind.PERSONNEL)
    days = (now - timedelta(days=1), now + timedelta(days=365))
    keys = {"curve": new_key(), "rsa": new_rsa_key()}
    return {name: issuer.issue(personnel("王大明", "A1"), *days, key) for name, key in keys.items()}


@pytest.fixture(scope="module")
def softhsm(issued, tmp_path_factory):
    """What a program is given that is to find both tokens."""
    return filled(tmp_path_factory.mktemp("softhsm"), issued)


def filled(directory, issued):
    """What a program is given that is to find a token of each of these cards."""
    (directory / "tokens").mkdir()
    configuration = directory / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {directory / 'tokens'}\nlog.level = ERROR\n")
    environment = {"SOFTHSM2_CONF": str(configuration)}
    for label, card in issued.items():
        begin_token(environment, label)
        key = directory / f"{label}.pem"
        key.write_bytes(card.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        util(environment, "--import", key, "--token", label, "--label", label, "--id", KEY_ID.hex(), "--pin", PIN)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(configuration))
        library = pkcs11.lib(MODULE)
        for label, card in issued.items():
            with library.get_token(token_label=label).open(rw=True, user_pin=PIN) as session:
                for key in session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY}):
                    key[Attribute.DERIVE] = label == "curve"
                session.create_object(
                    {
                        Attribute.CLASS: ObjectClass.CERTIFICATE,
                        Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
                        Attribute.TOKEN: True,
                        Attribute.PRIVATE: False,
                        Attribute.ID: KEY_ID,
                        Attribute.SUBJECT: card.certificate.subject.public_bytes(),
                        Attribute.VALUE: card.der,
                    }
                )
        library.finalize()
        pkcs11.unload(MODULE)
    return environment


def begin_token(environment, label):
    util(environment, "--init-token", "--free", "--label", label, "--so-pin", "12345678", "--pin", PIN)


def util(environment, *arguments):
    done = subprocess.run(["softhsm2-util", *arguments], env=environment, check=True, capture_output=True)  # noqa: S607
    return done.stdout.decode()


def labels(environment):
    """The tokens that have been begun, in the order in which they are listed: nobody chooses it."""
    told = re.findall(r"Label:\s+(\w+)", util(environment, "--show-slots"))
    return [label for label in told if label]


@pytest.fixture(scope="module")
def agent(softhsm, pcsc, tmp_path_factory):
    log = tmp_path_factory.mktemp("agent") / "log"
    with RunningAgent(pcsc.environment | softhsm, log, "--origin", SITE, "--module", MODULE) as running:
        yield running


def named(agent, label):
    return next(one["name"] for one in agent.ask("/v1/about")[1]["readers"] if one["name"].startswith(f"{label} "))


def test_a_token_is_a_reader_of_its_own_with_its_card_in_it(agent):
    told = agent.ask("/v1/about")[1]
    assert told["modules"] == ["libsofthsm2"]
    assert [one["card"] for one in told["readers"]] == [False, False, True, True]
    assert named(agent, "curve") != named(agent, "rsa")


def test_tokens_that_cannot_be_used_are_passed_over_where_none_is_named(issued, pcsc, tmp_path):
    environment = filled(tmp_path, {"curve": issued["curve"]})
    while labels(environment)[0] != "blank":
        begin_token(environment, "blank")
    with RunningAgent(pcsc.environment | environment, tmp_path / "log", "--origin", SITE, "--module", MODULE) as agent:
        first, *_ = [one["name"] for one in agent.ask("/v1/about")[1]["readers"] if one["card"]]
        assert first.startswith("blank ")
        assert agent.ask("/v1/card", {"reader": first}) == (409, {"code": "card-unknown", "params": {}})
        status, told = agent.ask("/v1/card", {})
        assert (status, told.get("holder", {}).get("name")) == (200, "王大明")
        assert agent.ask("/v1/sign", TO_SIGN)[0] == 200


def test_two_modules_of_one_name_are_two(softhsm, pcsc, tmp_path):
    other = tmp_path / Path(MODULE).name
    shutil.copy(MODULE, other)
    options = ("--origin", SITE, "--module", MODULE, "--module", str(other))
    with RunningAgent(pcsc.environment | softhsm, tmp_path / "log", *options) as agent:
        told = agent.ask("/v1/about")[1]
        assert told["modules"] == [MODULE, str(other)]
        tokens = [one["name"] for one in told["readers"] if one["card"]]
        assert len(set(tokens)) == 4
        assert [agent.ask("/v1/card", {"reader": one})[0] for one in tokens] == [200] * 4


@pytest.mark.parametrize("label", ["curve", "rsa"])
def test_a_token_says_whose_it_is_by_its_certificate(agent, issued, label):
    status, told = agent.ask("/v1/card", {"reader": named(agent, label)})
    assert status == 200
    assert (told["kind"], told["holder"]["name"], told["tries_left"]) == ("personnel", "王大明", None)
    assert b64decode(told["certificate"]) == issued[label].der


@pytest.mark.parametrize("label", ["curve", "rsa"])
def test_a_token_signs_what_a_log_in_needs(agent, issued, label):
    status, told = agent.ask("/v1/sign", TO_SIGN | {"reader": named(agent, label)})
    assert status == 200
    token = read_token(told["token"])
    key = issued[label].certificate.public_key()
    assert signature_holds(key, token.algorithm, token.signature, SITE, NONCE)


@pytest.mark.parametrize("label", ["curve", "rsa"])
def test_every_line_of_the_check_passes_with_a_token(agent, label):
    lines = agent.ask("/v1/check", {"pin": PIN, "reader": named(agent, label)})[1]["lines"]
    assert {line["line"]: line["outcome"] for line in lines if line["outcome"] != "passed"} == {}
    assert len(lines) == 13


def test_a_wrong_pin_of_a_token_that_does_not_count_is_told_without_a_number(agent):
    asked = TO_SIGN | {"pin": "000000", "reader": named(agent, "curve")}
    assert agent.ask("/v1/sign", asked) == (409, {"code": "pin-wrong", "params": {"left": None}})
    assert agent.ask("/v1/sign", asked | {"pin": ""})[1]["code"] == "pin-malformed"
    assert agent.ask("/v1/sign", asked | {"pin": PIN})[0] == 200


def test_what_a_pin_has_opened_is_closed_again(agent):
    reader = named(agent, "curve")
    assert agent.ask("/v1/sign", TO_SIGN | {"reader": reader})[0] == 200
    assert agent.ask("/v1/sign", TO_SIGN | {"reader": reader, "pin": "000000"})[1]["code"] == "pin-wrong"


def test_cards_in_readers_work_beside_tokens(agent, pcsc):
    pcsc.slots[0].insert(pki_card())
    try:
        assert agent.ask("/v1/card", {})[1]["serial"] == "HC00012345"
        assert agent.ask("/v1/card", {"reader": named(agent, "rsa")})[1]["serial"] != "HC00012345"
    finally:
        pcsc.slots[0].remove()


def test_a_token_that_is_not_there_is_told_as_gone(agent):
    assert agent.ask("/v1/card", {"reader": "curve of another desk"})[1]["code"] == "reader-gone"


@pytest.mark.parametrize(
    ("flags", "left"),
    [
        (pkcs11.TokenFlag(0), None),
        (pkcs11.TokenFlag.USER_PIN_COUNT_LOW, None),
        (pkcs11.TokenFlag.USER_PIN_FINAL_TRY | pkcs11.TokenFlag.USER_PIN_COUNT_LOW, 1),
        (pkcs11.TokenFlag.USER_PIN_LOCKED, 0),
    ],
)
def test_a_token_tells_of_the_last_try_and_of_none_left(issued, flags, left):
    assert TokenCard(TokenWith(flags), SessionWith(issued["curve"].der)).tries_left() == left


class TokenWith:
    """A token with these flags: SoftHSM never has the last two."""

    def __init__(self, flags):
        self.flags = flags
        self.slot = self

    def get_token(self):
        return self


class SessionWith:
    """A session that finds one certificate."""

    def __init__(self, der):
        self._found = {Attribute.VALUE: der, Attribute.ID: KEY_ID}

    def get_objects(self, _):
        return [self._found]
