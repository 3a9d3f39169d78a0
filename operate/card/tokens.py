"""PKCS #11: cards and tokens that come with a module of their own; tried with SoftHSM alone."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pkcs11
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from pkcs11 import KDF, Attribute, Mechanism, ObjectClass, TokenFlag

from operate.card.keys import PKCS1, algorithm_of, public_key
from operate.card.refusals import CardSilent, CardUnknown, PinBlocked, PinMalformed, PinWrong, ReaderGone
from shared.cards.agent import CheckLine
from shared.cards.applet import Holder
from shared.cards.profiles import CardCertificate, read_profile, usage_objection
from shared.cards.reasons import TokenRefused
from shared.cards.token import Algorithm, digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.padding import AsymmetricPadding

    from shared.cards.profiles import CardKind

_LONGEST_PIN = 64
_MECHANISMS = {Algorithm.RS256: Mechanism.SHA256_RSA_PKCS}


class ModuleUnusable(Exception):
    """A PKCS #11 module cannot be loaded: `path`."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path


class Tokens:
    """Every token behind these modules. Raises `ModuleUnusable` where one cannot be loaded."""

    def __init__(self, modules: Sequence[Path]) -> None:
        alike = Counter(path.stem for path in modules)
        self._modules = {path.stem if alike[path.stem] == 1 else str(path): _loaded(path) for path in modules}

    @property
    def modules(self) -> list[str]:
        """The modules' names: their paths where two have one name."""
        return list(self._modules)

    def names(self) -> list[str]:
        """A name for each token that is in its slot: its label, its number and its module."""
        return list(self._found())

    @contextmanager
    def opened(self, name: str) -> Iterator[TokenCard]:
        """The token of this name; raises `ReaderGone`, `CardUnknown` or `CardSilent`."""
        token = self._found().get(name)
        if token is None:
            raise ReaderGone
        with _own_words(), token.open() as session:
            card = TokenCard(token, session)
            try:
                yield card
            finally:
                card.close()

    def _found(self) -> dict[str, Any]:
        found = {}
        with _own_words():
            for module, library in self._modules.items():
                for slot in library.get_slots(token_present=True):
                    token = slot.get_token()
                    if token.flags & TokenFlag.TOKEN_INITIALIZED:
                        found[f"{token.label} {token.serial.decode(errors='replace')} ({module})"] = token
        return found


class TokenCard:
    """A token with a certificate and its key. What it says of its holder is what the certificate says."""

    tried: Mapping[CheckLine, str] = {
        CheckLine.OPEN_MODULE: "C_Initialize, C_OpenSession",
        CheckLine.OPEN_SESSION: "C_Login",
        CheckLine.CARD_VERSION: "C_GetTokenInfo",
        CheckLine.CARD_TYPE: "C_FindObjects CKO_CERTIFICATE",
        CheckLine.HOLDER: "C_FindObjects CKO_CERTIFICATE",
        CheckLine.SERIAL: "C_GetTokenInfo",
        CheckLine.VALIDITY: "C_FindObjects CKO_CERTIFICATE",
        CheckLine.SIGN: "C_Sign",
        CheckLine.VERIFY: "C_FindObjects CKO_CERTIFICATE",
        CheckLine.ENCRYPT: "C_FindObjects CKO_CERTIFICATE",
        CheckLine.DECRYPT: "C_Decrypt, C_DeriveKey",
        CheckLine.CLOSE_SESSION: "C_Logout",
        CheckLine.CLOSE_MODULE: "C_CloseSession",
    }

    def __init__(self, token: Any, session: Any) -> None:
        self._token = token
        self._session = session
        self._key: Any = None
        self._login: Any = None
        self._id, self._certificate, self._profile = _usable(session)

    def version(self) -> str:
        """See `Card`, also below."""
        with _own_words():
            return f"{self._token.model} {'.'.join(map(str, self._token.firmware_version))}"

    def kind(self) -> CardKind:
        """By the certificate."""
        return self._profile.kind

    def holder(self) -> Holder:
        """The name in the certificate."""
        return Holder(name=self._profile.common_name)

    def serial(self) -> str:
        """The token's own number."""
        with _own_words():
            return str(self._token.serial.decode(errors="replace"))

    def validity(self) -> tuple[datetime, datetime]:
        """By the certificate."""
        return self._profile.valid_from, self._profile.valid_to

    def certificate(self) -> bytes:
        """The first that a log-in can be signed with."""
        return self._certificate

    def tries_left(self) -> int | None:
        """Tokens tell of the last try and of none, and of no other number."""
        with _own_words():
            flags = self._token.slot.get_token().flags
        if flags & TokenFlag.USER_PIN_LOCKED:
            return 0
        return 1 if flags & TokenFlag.USER_PIN_FINAL_TRY else None

    def takes(self, pin: str) -> bool:
        """Any characters that can be typed: the token knows better."""
        return 0 < len(pin) <= _LONGEST_PIN and pin.isascii() and pin.isprintable()

    def open(self, pin: str) -> None:
        """C_Login, and the key of the certificate."""
        with _own_words():
            try:
                self._login = self._token.open(user_pin=pin)
            except pkcs11.PinIncorrect:
                left = self.tries_left()
                raise PinBlocked if left == 0 else PinWrong(left=left) from None
            except pkcs11.PinLocked:
                raise PinBlocked from None
            except (pkcs11.PinLenRange, pkcs11.PinInvalid):
                raise PinMalformed from None
            self._key = self._login.get_key(object_class=ObjectClass.PRIVATE_KEY, id=self._id)

    def close(self) -> None:
        """Closing the session takes the log-in back."""
        login, self._login, self._key = self._login, None, None
        if login is not None:
            with _own_words():
                login.close()

    def sign(self, algorithm: Algorithm, signed: bytes) -> bytes:
        """RSA hashes in the token; of curves it gets the hash."""
        with _own_words():
            if algorithm in _MECHANISMS:
                return bytes(self._key.sign(signed, mechanism=_MECHANISMS[algorithm]))
            return bytes(self._key.sign(digest(algorithm, signed), mechanism=Mechanism.ECDSA))

    def deciphers(self) -> bool:
        """Many keys may only sign."""
        allowed = Attribute.DERIVE if self._is_on_a_curve() else Attribute.DECRYPT
        with _own_words():
            return self._key is not None and bool(self._key[allowed])

    def padding(self) -> AsymmetricPadding:
        """PKCS #1 v1.5, which every token knows."""
        return PKCS1

    def decipher(self, given: bytes) -> bytes:
        """See `Card`."""
        with _own_words():
            if not self._is_on_a_curve():
                return bytes(self._key.decrypt(given, mechanism=Mechanism.RSA_PKCS))
            size = (public_key(self._certificate).key_size + 7) // 8
            shared = self._key.derive_key(
                pkcs11.KeyType.GENERIC_SECRET,
                size * 8,
                mechanism_param=(KDF.NULL, None, given),
                template={Attribute.SENSITIVE: False, Attribute.EXTRACTABLE: True, Attribute.TOKEN: False},
            )
            return bytes(shared[Attribute.VALUE])

    def _is_on_a_curve(self) -> bool:
        return isinstance(public_key(self._certificate), ec.EllipticCurvePublicKey)


def _loaded(path: Path) -> Any:
    try:
        return pkcs11.lib(str(path))
    except (RuntimeError, OSError):
        raise ModuleUnusable(path) from None


def _usable(session: Any) -> tuple[bytes, bytes, CardCertificate]:
    """The id, the DER and the profile of the first certificate that says whose card it is; raises `CardUnknown`."""
    with _own_words():
        for found in session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE}):
            der = bytes(found[Attribute.VALUE])
            try:
                certificate = x509.load_der_x509_certificate(der)
                if usage_objection(certificate) is None:
                    algorithm_of(public_key(der))
                    return bytes(found[Attribute.ID]), der, read_profile(certificate)
            except (ValueError, TokenRefused, CardUnknown):
                continue
    raise CardUnknown


@contextmanager
def _own_words() -> Iterator[None]:
    """What modules say, in the words of the agent."""
    try:
        yield
    except (pkcs11.DeviceRemoved, pkcs11.TokenNotPresent, pkcs11.SlotIDInvalid, pkcs11.SessionHandleInvalid):
        raise ReaderGone from None
    except (pkcs11.NoSuchKey, pkcs11.MultipleObjectsReturned, pkcs11.TokenNotRecognised):
        raise CardUnknown from None
    except pkcs11.PKCS11Error:
        raise CardSilent from None
