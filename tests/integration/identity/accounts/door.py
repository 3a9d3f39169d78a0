"""Identity over a store and a vault of its own, and the people who come to its door."""

from datetime import timedelta
from itertools import count
from uuid import UUID

from argon2 import Parameters, Type

from services.identity import commands
from services.identity.application.front_desk import FrontDesk
from services.identity.commands import Answered, Client, RightsEntry
from services.identity.events import (
    AccountInvited,
    CodeIssued,
    CodePurpose,
    InstitutionKind,
    OneTimeCode,
    PasswordResetRequested,
    Secret,
)
from services.identity.messages.questions import Question
from shared.blocking import in_place
from shared.events import EventDecoder, event_name
from shared.principal import VISITOR, Assurance, Principal, Role, process
from shared.principal_tokens import PrincipalSigner
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, taipei

CHEAP = Parameters(Type.ID, 19, 16, 32, time_cost=1, memory_cost=8, parallelism=1)
"""As quick as argon2 goes: the real parameters are measured by a test of their own."""
HOME = Client("203.0.113.7", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) AppleWebKit/605.1.15 Version/18.0 Safari/604.1")
ELSEWHERE = Client("198.51.100.9", "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0")
MOBILE = "0912345678"
PASSWORD = "my dog ate three sausages"
NEW_PASSWORD = "and the cat had none of them"
MANAGER = Principal(
    "account/00000000-0000-4000-8000-000000000001",
    Role.BUREAU_MANAGER,
    frozenset({Assurance.PASSWORD}),
    jurisdiction="新北市",
)
OPERATOR = Principal("operator/1", Role.OPERATOR, frozenset({Assurance.PASSWORD}))
PLATFORM = process("close_sessions_of_a_changed_account")
DOCTOR = RightsEntry(Role.DOCTOR, BANQIAO_CLINIC, (BANQIAO_DOCTOR,))
OFFICER = RightsEntry(Role.BUREAU_OFFICER, jurisdiction="新北市")


def always_the_same(language):
    """A question whose answer a test knows."""
    return Question(f"2 + 2? ({language})", ("4", "four"))


class Work:
    """Counts what takes time: keyed digests, and work done elsewhere (hashing)."""

    def __init__(self, vault):
        self.digests = 0
        self.hashings = 0
        self.vault = WatchedVault(vault, self)
        self._do = in_place

    def elsewhere(self, work):
        self.hashings += 1
        return self._do(work)

    def elsewhere_is(self, do):
        """Have the work done so from now on."""
        self._do = do


class WatchedVault:
    """The vault, with its keyed digests counted."""

    def __init__(self, vault, work):
        self._vault = vault
        self._work = work

    def keyed_digest(self, purpose, content):
        self._work.digests += 1
        return self._vault.keyed_digest(purpose, content)


class Door:
    """Comes to the door as the people of a story would; `now` is the time there."""

    def __init__(self, identity, entrance, vault, database, key, work):
        self.identity = identity
        self.entrance = entrance
        self.vault = vault
        self.database = database
        self.work = work
        self.key = key
        self.desk = FrontDesk(identity.desk, PrincipalSigner(key))
        self.now = taipei(2, 18, 10)
        self._keys = count()

    def wait(self, time):
        self.now += time

    def ask(self, command, caller=VISITOR):
        """At the front desk."""
        return self.desk.handle(command, caller, self.now)

    def give(self, command, caller=MANAGER):
        """To the context, as a command under a key of its own."""
        return self.identity.handle(command, caller, f"test/{next(self._keys)}", self.now)

    # What happened ---------------------------------------------------------------------------------------------

    def log(self):
        """Every event, oldest first."""
        with self.database.connect(name="test") as connection:
            rows = connection.execute("select type, data from event order by xid, id").fetchall()
        decoder = EventDecoder()
        return [decoder.decode(type_name, bytes(data)) for type_name, data in rows]

    def told(self):
        return [event_name(event.TOPIC) for event in self.log()]

    def last(self, kind):
        return [event for event in self.log() if isinstance(event, kind)][-1]

    # By phone --------------------------------------------------------------------------------------------------

    def answered(self, answer="4"):
        asked = self.ask(commands.AskQuestion("zh-Hant", Client(f"192.0.2.{next(self._keys) % 250}")))
        return Answered(asked.token, answer)

    def request_code(self, mobile=MOBILE, client=HOME, question=None, **step_up):
        """The token of the attempt."""
        purpose = CodePurpose.STEP_UP if step_up else CodePurpose.LOG_IN
        return self.ask(commands.RequestCode(mobile, purpose, client, question=question, **step_up)).attempt

    def request_contact_code(self, session, client=HOME, mobile="", email=""):
        """The token of the attempt to prove another phone or mail address in an open session."""
        return self.ask(commands.RequestCode(mobile, CodePurpose.NEW_CONTACT, client, session, email=email)).attempt

    def sms(self):
        """The code that was sent last."""
        return self.vault.open(self.last(CodeIssued).code, OneTimeCode).code

    def wrong(self):
        """A code that was not sent."""
        return f"{(int(self.sms()) + 1) % 1_000_000:06d}"

    def enter(self, attempt, code, client=HOME, **step_up):
        return self.ask(commands.VerifyCode(attempt, code, client, **step_up))

    def parent(self, mobile=MOBILE, client=HOME):
        """Somebody who came in by phone."""
        return self.enter(self.request_code(mobile, client), self.sms(), client)

    def parent_later(self, mobile=MOBILE, client=HOME):
        """The same, once the phone may be sent another code."""
        self.wait(timedelta(minutes=1))
        return self.parent(mobile, client)

    # By account ------------------------------------------------------------------------------------------------

    def institution(self):
        self.give(
            commands.RecordInstitution(
                institution=BANQIAO_CLINIC,
                name="板橋安康小兒科診所",
                kind=InstitutionKind.CLINIC,
                county="新北市",
                district="板橋區",
                street="中山路一段161號",
                phone="02-29603456",
                departments=("04",),
            ),
            OPERATOR,
        )
        entry = commands.RecordPractitioner(
            practitioner=BANQIAO_DOCTOR,
            name="陳安康",
            profession="A",
            identifier="F100000015",
            institution=BANQIAO_CLINIC,
        )
        self.give(entry, OPERATOR)

    def invite(self, email="officer@example.tw", rights=OFFICER, caller=MANAGER) -> UUID:
        return self.give(commands.InviteAccount("王小明", email, rights), caller).id

    def mailed(self, sealed):
        return self.vault.open(sealed, Secret).token

    def link(self):
        """The link of the last invitation."""
        return self.mailed(self.last(AccountInvited).invitation)

    def reset_link(self):
        return self.mailed(self.last(PasswordResetRequested).reset)

    def activate(self, link=None, password=PASSWORD, client=HOME):
        return self.ask(commands.ActivateAccount(self.link() if link is None else link, password, client))

    def account(self, email="officer@example.tw"):
        """An active account of this mail address, nobody signed in."""
        account_id = self.invite(email)
        signed_in = self.activate()
        self.give(commands.SignOutEverywhere(), self.who(signed_in))
        return account_id

    def log_in(self, email="officer@example.tw", password=PASSWORD, client=HOME, question=None):
        return self.ask(commands.LogIn(email, password, client, question))

    def known(self, *tokens):
        """Whose session each token opens, as the front learns it."""
        return self.ask(commands.CheckSessions(tokens)).known

    def who(self, signed_in):
        """The principal of a session."""
        return self.desk.check(signed_in.session, self.now).principal
