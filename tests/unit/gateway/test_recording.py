"""While what people enter cannot be recorded, every page says so before they begin; once it can be, none does."""

from http import HTTPStatus

from services.gateway.web.recording import KEPT_SECONDS, Recording
from tests.controls.remote import browser, bureau, refusal

TITLE = "目前無法登錄任何事項"
NO_NOTICES = {"gateway__pages": {"entries": [], "following": None}}


def test_a_context_that_refuses_commands_is_told_of_on_every_page_until_it_takes_them():
    remote = bureau(**NO_NOTICES)
    client = browser(remote)
    assert TITLE not in client.get("/notices").text
    remote.refusing = {"gateway"}
    assert TITLE in client.get("/notices").text
    assert TITLE in client.get("/signed-out").text  # which asks the gateway nothing
    remote.refusing = set()
    assert TITLE not in client.get("/notices").text
    assert TITLE not in client.get("/signed-out").text


def test_a_refused_command_is_told_as_what_passes_and_of_on_every_page():
    def refused(_):
        raise refusal("log-unsigned", minutes=90)

    client = browser(bureau(identity__sign_out_everywhere=refused))
    answer = client.post("/account/sessions/sign-out", data={"idempotency_key": "key"})
    assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert TITLE in client.get("/signed-out").text


def test_what_a_context_said_counts_for_a_minute():
    now = 0.0
    recording = Recording(clock=lambda: now)
    recording.heard("matching", refuses=True)
    recording.heard("identity", refuses=False)
    now = KEPT_SECONDS - 1
    assert recording.is_refused
    now = KEPT_SECONDS
    assert not recording.is_refused
