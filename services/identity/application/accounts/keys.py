"""Keyed digests of what is counted or compared: HMAC-SHA256 under a key that only the vault has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.client_addresses import counted_address

if TYPE_CHECKING:
    from services.identity.events import CodePurpose
    from shared.sealing import SubjectId
    from shared.vault.vault import Vault


class Keys:
    """Whoever reads the tables learns neither phones nor addresses, and cannot try all codes."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def phone(self, mobile: str) -> bytes:
        """Of a phone, as 09 and 8 digits."""
        return self._vault.keyed_digest("account/phone", mobile.encode())

    def asker(self, subject: SubjectId) -> bytes:
        """Of a person who has come in, and has codes sent elsewhere."""
        return self._vault.keyed_digest("account/asker", subject.bytes)

    def mailbox(self, email: str) -> bytes:
        """Of a mail address, whose case nobody minds."""
        return self._vault.keyed_digest("account/mailbox", email.casefold().encode())

    def person(self, identifier: str) -> bytes:
        """Of a national ID or resident certificate, as its parser writes it."""
        return self._vault.keyed_digest("account/person", identifier.encode())

    def person_at_phone(self, person: bytes, mobile: str) -> bytes:
        """Of a person's digest and a phone together, whether the phone is theirs or not."""
        return self._vault.keyed_digest("account/person-at-phone", person + mobile.encode())

    def client(self, address: str) -> bytes:
        """Of a client address, an IPv6 one by its /64."""
        return self._vault.keyed_digest("account/client", counted_address(address).encode())

    def tries_from(self, address: str) -> bytes:
        """Of a client address too, where passwords are counted: what is sent and what is tried have limits apart."""
        return self._vault.keyed_digest("account/tries", counted_address(address).encode())

    def questions_from(self, address: str) -> bytes:
        """Of a client address, where questions are counted that were asked there."""
        return self._vault.keyed_digest("account/questions", counted_address(address).encode())

    def sound_from(self, address: str) -> bytes:
        """Of a client address, where questions are counted that were read aloud there."""
        return self._vault.keyed_digest("account/sound", counted_address(address).encode())

    def nonces_from(self, address: str) -> bytes:
        """Of a client address, where nonces are counted that cards were to sign there."""
        return self._vault.keyed_digest("account/nonces", counted_address(address).encode())

    def cards_tried_from(self, address: str) -> bytes:
        """Of a client address, where cards are counted that were tried there."""
        return self._vault.keyed_digest("account/cards", counted_address(address).encode())

    def void_cards_from(self, address: str) -> bytes:
        """Of a client address, where it is counted what came from there for a card's token and was none."""
        return self._vault.keyed_digest("account/void-cards", counted_address(address).encode())

    def device(self, nonce: bytes) -> bytes:
        """Of a known device, in place of its address."""
        return self._vault.keyed_digest("account/device", nonce)

    def tries_at(self, nonce: bytes) -> bytes:
        """Of a known device, where passwords are counted."""
        return self._vault.keyed_digest("account/device-tries", nonce)

    def device_mark(self, user: bytes, said: bytes) -> bytes:
        """What makes a device's token ours, for one phone or mailbox."""
        return self._vault.keyed_digest("account/device-mark", user + said)

    def code(self, user: bytes, purpose: CodePurpose, code: str) -> bytes:
        """Of user, purpose and code (IDENTITY §7); the user is a digest of fixed length, so none runs into another."""
        return self._vault.keyed_digest("account/code", user + f"{purpose}\0{code}".encode("utf-8", "surrogatepass"))

    def answer(self, question: str, answer: str) -> bytes:
        """Of a question's token and an answer to it."""
        return self._vault.keyed_digest("account/answer", f"{question}\0{answer}".encode("utf-8", "surrogatepass"))
