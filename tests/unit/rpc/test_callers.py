"""A caller is believed only as identity signed it, and a call belongs only to what is well formed."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.application import Trace
from shared.context import utc_now
from shared.principal import Assurance, Principal, Role
from shared.principal_tokens import PrincipalReader, PrincipalSigner
from shared.relay.checkpoints import key_id_of
from shared.rpc.callers import headers_of, principal_in, trace_in
from shared.rpc.refusals import PrincipalForged, PrincipalMissing, PrincipalStale

KEY = Ed25519PrivateKey.generate()
READER = PrincipalReader({key_id_of(KEY.public_key()): KEY.public_key()})
CLERK = Principal("clerk/1", Role.BUREAU_OFFICER, frozenset({Assurance.PASSWORD}), jurisdiction="新北市")
NOW = utc_now()
TRACE = Trace("request/7", "matching/12", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")


def read(token, now=NOW):
    return principal_in(headers_of(token, TRACE), READER, now)


def test_a_signed_principal_arrives_whole():
    assert read(PrincipalSigner(KEY).sign(CLERK, NOW)) == CLERK


def test_no_principal_a_forged_one_and_a_stale_one_are_told_apart():
    with pytest.raises(PrincipalMissing):
        read("")
    with pytest.raises(PrincipalForged):
        read(PrincipalSigner(Ed25519PrivateKey.generate()).sign(CLERK, NOW))
    with pytest.raises(PrincipalForged):
        read("not a token")
    with pytest.raises(PrincipalStale):
        read(PrincipalSigner(KEY).sign(CLERK, NOW), NOW + timedelta(minutes=2))


def test_what_a_call_belongs_to_goes_along():
    assert trace_in(headers_of("", TRACE)) == TRACE


@pytest.mark.parametrize("text", ["A123456789 王小明", "x" * 101, "line\nbreak", 7, None])
def test_a_malformed_trace_is_left_out_and_the_call_gets_a_number_of_its_own(text):
    trace = trace_in({"correlation_id": text, "causation_id": text, "traceparent": text})
    assert trace.correlation_id not in {text, ""}
    assert (trace.causation_id, trace.traceparent) == ("", "")
