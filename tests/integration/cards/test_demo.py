"""`caretrail card demo` as a stranger finds it: three ways in with cards nobody has, and nothing left behind."""

import contextlib
import http.cookiejar
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from operate.rehearsal.demo_cards import CLINICS_NAME, DOCTORS_ID, DOCTORS_NAME, NHI_CARD_NUMBER

PROJECT = Path(__file__).parents[3]
PASSWORD = "pinecone-honey-ferry-87"
_PATIENCE = 90.0
_TOKEN = re.compile(r'"X-CSRFToken": "([^"]+)"')


class Demonstration:
    """The demonstration as a program; `with` starts it, and ends it as Ctrl-C would."""

    def __init__(self, log):
        self._log = log

    def __enter__(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        environment = {"PATH": os.environ["PATH"], "HOME": str(self._log.parent)}
        command = [sys.executable, "-m", "operate", "--json", "card", "demo", "--port", str(port)]
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                cwd=PROJECT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        line = self.process.stdout.readline()
        assert line, self._log.read_text()
        self.told = json.loads(line)
        self.site, self.agent = self.told["site"], self.told["agent"]
        return self

    def __exit__(self, *_):
        self.end()

    def end(self):
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGINT)
            self.process.communicate(timeout=_PATIENCE)

    def card(self, name):
        return next(card for card in self.told["cards"] if card["name"] == name)

    def reader(self, name):
        return self.told["readers"][self.card(name)["reader"] - 1]

    def ask_agent(self, path, body):
        request = urllib.request.Request(  # noqa: S310 - on loopback
            self.agent + path,
            data=json.dumps(body).encode(),
            headers={"Origin": self.site, "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310 - as above
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                return json.load(refused)

    def type(self, line):
        self.process.stdin.write(f"{line}\n".encode())
        self.process.stdin.flush()


class Browser:
    """Somebody's browser, without scripts: what the page's would do is done here."""

    def __init__(self, demonstration):
        self._demonstration = demonstration
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(cookies)

    def get(self, path):
        with self._opener.open(self._demonstration.site + path, timeout=_PATIENCE) as answer:
            self.at = urllib.parse.urlsplit(answer.url).path
            self.page = answer.read().decode()
        return self.page

    def post(self, path, **form):
        """Send a form with the token of the page that is open; a refusal is a page too."""
        token = _TOKEN.search(self.page)[1]
        data = urllib.parse.urlencode(form | {"csrf_token": token}).encode()
        request = urllib.request.Request(  # noqa: S310 - on loopback
            self._demonstration.site + path, data=data, headers={"X-CSRFToken": token}
        )
        try:
            with self._opener.open(request, timeout=_PATIENCE) as answer:
                self.at = urllib.parse.urlsplit(answer.url).path
                return answer.read().decode()
        except urllib.error.HTTPError as refused:
            with refused:
                self.at = path
                return refused.read().decode()

    def come_in_by_card(self, kind, pin=None):
        self.get(f"/sign-in/card?card={kind}")
        nonce = json.loads(self.post("/sign-in/card/nonce"))["nonce"]
        card = self._demonstration.card(kind)
        asked = {"nonce": nonce, "pin": pin or card["pin"], "reader": self._demonstration.reader(kind)}
        token = self._demonstration.ask_agent("/v1/sign", asked)["token"]
        self.page = self.post("/sign-in/card", token=token)
        return token

    def is_in(self):
        return 'action="/sign-out"' in self.get("/")


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory):
    with Demonstration(tmp_path_factory.mktemp("demonstration") / "log") as begun:
        yield begun


@pytest.fixture
def browser(demonstration):
    return Browser(demonstration)


@pytest.mark.slow
def test_three_cards_are_in_three_readers_and_each_says_whose_it_is(demonstration):
    holders = {
        name: demonstration.ask_agent("/v1/card", {"reader": demonstration.reader(name)})["holder"]["name"]
        for name in ("personnel", "institution")
    }
    assert holders == {"personnel": DOCTORS_NAME, "institution": CLINICS_NAME}
    told = demonstration.ask_agent("/v1/nhi-card", {"reader": demonstration.reader("nhi")})
    assert told["card_number"] == NHI_CARD_NUMBER


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["personnel", "institution"])
def test_a_card_and_its_pin_are_a_way_in(browser, kind):
    assert not browser.is_in()
    browser.come_in_by_card(kind)
    assert browser.is_in()


@pytest.mark.slow
def test_a_token_that_has_let_somebody_in_lets_nobody_in_again(demonstration, browser):
    token = browser.come_in_by_card("personnel")
    other = Browser(demonstration)
    other.get("/sign-in/card")
    json.loads(other.post("/sign-in/card/nonce"))
    other.page = other.post("/sign-in/card", token=token)
    assert not other.is_in()


@pytest.mark.slow
def test_an_nhi_card_and_the_password_registered_for_it_are_a_way_in(demonstration, browser):
    read = demonstration.ask_agent("/v1/nhi-card", {"reader": demonstration.reader("nhi")})
    browser.come_in_by_card("personnel")  # who is in by a card of their own needs no code to register
    browser.get("/sign-in/nhi-card/register/card")
    typed = {name: read[name] for name in ("identifier", "card_number", "born_on")}
    browser.post("/sign-in/nhi-card/register/card", **typed, password=PASSWORD)
    assert browser.at == "/sign-in/nhi-card/register/done"
    later = Browser(demonstration)
    for password, is_in in (("not-the-password-22", False), (PASSWORD, True)):
        later.get("/sign-in/nhi-card")
        later.post("/sign-in/nhi-card", identifier=DOCTORS_ID, card_number=read["card_number"], password=password)
        assert later.is_in() is is_in


@pytest.mark.slow
def test_cards_are_moved_by_what_is_typed(demonstration):
    demonstration.type("4 government")
    reader = demonstration.told["readers"][3]
    while (told := demonstration.ask_agent("/v1/card", {"reader": reader})).get("code") == "no-card":
        pass
    assert told["kind"] == "government"
    demonstration.type("4 -")
    while "code" not in demonstration.ask_agent("/v1/card", {"reader": reader}):
        pass


@pytest.mark.slow
def test_nothing_of_it_is_left_when_it_has_ended(demonstration):  # the last one, for it ends what the others use
    begun = programs_below(demonstration.process.pid)
    folder = next(filter(None, map(folder_of, begun)))
    assert folder.exists()
    assert len(of_folder(folder)) > 1
    demonstration.end()
    assert demonstration.process.returncode == 0
    assert [one for one in begun if Path(f"/proc/{one}").exists()] == []
    assert of_folder(folder) == []
    assert not folder.exists()


@pytest.mark.slow
def test_nothing_of_it_goes_on_when_it_was_killed(tmp_path):
    with Demonstration(tmp_path / "log") as killed:
        begun = programs_below(killed.process.pid)
        watched = [os.pidfd_open(one) for one in begun]
        folder = next(filter(None, map(folder_of, begun)))
        killed.process.kill()
        assert [has_ended(one) for one in watched] == [True] * 3
        assert of_folder(folder) == []
        shutil.rmtree(folder.parent)


def has_ended(watched):
    """Whether a process has ended by now, or does so within the patience of these tests."""
    with os.fdopen(watched) as process:
        return select.select([process], [], [], _PATIENCE)[0] == [process]


def programs_below(parent):
    """The processes that this one has begun."""
    return [int(one) for one in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def folder_of(process):
    """Where the site of the demonstration keeps its data, if this process is told."""
    given = Path(f"/proc/{process}/environ").read_bytes().decode().split("\0")
    told = [one.partition("=")[2] for one in given if one.startswith("CARETRAIL_VAR=")]
    return Path(told[0]) if told else None


def of_folder(folder):
    """The processes on whose command line the folder is, as the database's."""
    found = []
    for one in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if str(folder).encode() in one.read_bytes() or folder_of(one.parent.name) == folder:
                found.append(one.parent.name)
    return found
