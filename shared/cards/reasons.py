"""Why a card's token is not accepted: for the log, one reason a case; people are told one plain sentence."""

from __future__ import annotations

from enum import StrEnum, auto


class Reason(StrEnum):
    """What was wrong, in the order in which it is looked for (IDENTITY §2); its value is `card-…`."""

    @staticmethod
    def _generate_next_value_(name: str, start: int, count: int, last_values: list[str]) -> str:  # noqa: ARG004 - Enum's
        return f"card-{name.lower().replace('_', '-')}"

    TOKEN_MISSING = auto()
    TOKEN_TOO_SHORT = auto()
    TOKEN_TOO_LONG = auto()
    TOKEN_NOT_JSON = auto()
    TOKEN_NOT_AN_OBJECT = auto()
    FORMAT_UNKNOWN = auto()
    ALGORITHM_EMPTY = auto()
    ALGORITHM_NONE = auto()
    ALGORITHM_CONTROL_CHARACTERS = auto()
    ALGORITHM_UNKNOWN = auto()
    SIGNATURE_MALFORMED = auto()
    CERTIFICATE_MISSING = auto()
    CERTIFICATE_NOT_TEXT = auto()
    CERTIFICATE_NOT_BASE64 = "card-certificate-not-base64"
    CERTIFICATE_MALFORMED = auto()

    KEY_USAGE_MISSING = auto()
    PURPOSE_WRONG = auto()
    POLICY_NOT_ALLOWED = auto()

    ISSUER_UNTRUSTED = auto()
    ISSUER_OF_ANOTHER_KIND = auto()
    NOT_YET_VALID = auto()
    EXPIRED = auto()
    ISSUER_NOT_YET_VALID = auto()
    ISSUER_EXPIRED = auto()
    PATH_INVALID = auto()
    """Everything else that RFC 5280 asks of a path: an algorithm that is too weak, a constraint, an extension."""

    REVOKED = auto()
    ISSUER_REVOKED = auto()
    OCSP_URL_NOT_ALLOWED = auto()
    OCSP_FAILED = auto()
    """The responder could not be reached in time, or did not answer with an OCSP response."""
    OCSP_STATUS = auto()
    """The responder says that it cannot answer."""
    OCSP_TWO_RESPONSES = auto()
    OCSP_WRONG_CERTIFICATE = auto()
    OCSP_NONCE = auto()
    OCSP_STALE = auto()
    OCSP_CLOCK_SKEW = auto()
    OCSP_SIGNATURE = auto()
    OCSP_UNKNOWN = auto()
    """The issuer does not know the certificate."""
    CRL_MISSING = auto()
    CRL_MALFORMED = auto()
    CRL_WRONG_ISSUER = auto()
    CRL_STALE = auto()
    CRL_CLOCK_SKEW = auto()
    CRL_SIGNATURE = auto()

    KEY_OF_ANOTHER_ALGORITHM = auto()
    ORIGIN_WITH_SLASH = auto()
    SIGNATURE_WRONG = auto()
    """Another nonce, another origin, or another certificate than was signed with: a signature does not say which."""

    SUBJECT_TYPE_MISSING = auto()
    PROFILE_MALFORMED = auto()


class TokenRefused(Exception):
    """The token is not accepted, for one `reason`; `detail` says more for the log, and names nobody."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason.value}{f': {detail}' if detail else ''}")
        self.reason = reason
        self.detail = detail
