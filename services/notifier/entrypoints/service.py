"""The notifier as a Nameko service: what people may ask of messages, each caller seeing only those that are theirs."""

from __future__ import annotations

from services.notifier.adapters.opened_ledger import (
    FailureReport,
    OpenedLedger,
    PostedLetter,
    ShownLetter,
    ShownMessage,
)
from services.notifier.application import Notifier
from services.notifier.bootstrap import NotifierContext
from services.notifier.domain.policies import POLICIES
from services.notifier.domain.refusals import OutboxNotShown
from services.notifier.entrypoints.questions import MessageAsked, Messages, Outbox, Since
from services.notifier.messages import WORDING
from services.notifier.read_models.message_ledger import MessageLedger, StatusCount
from shared.access import AUDITOR, BUREAU, CLINIC, FAMILY, OPERATOR
from shared.principal import Principal
from shared.read_models.paging import Page
from shared.rpc.service import EVERYBODY, ContextService, query
from shared.words import Language


class NotifierService(ContextService):
    """訊息."""

    name = "notifier"
    words = WORDING
    application = Notifier
    policies = POLICIES

    @property
    def context(self) -> NotifierContext:
        """The notifier, put together."""
        context = super().context
        assert isinstance(context, NotifierContext)  # noqa: S101 - for the type checker: `notifier_in` gave it
        return context

    @query(FAMILY, CLINIC, BUREAU, OPERATOR, AUDITOR, asks=Messages, reads=MessageLedger)
    def messages(self, principal: Principal, asked: Messages) -> Page[ShownMessage]:
        """A page of the caller's messages, the newest first, with what became of each and why."""
        entered = {name: value for name, value in vars(asked).items() if name != "language"}
        return self._ledger(asked).page(principal, self.now, **entered)

    @query(FAMILY, CLINIC, BUREAU, OPERATOR, AUDITOR, asks=MessageAsked, reads=MessageLedger)
    def message(self, principal: Principal, asked: MessageAsked) -> ShownLetter:
        """One message in its words, codes and links hidden; refuses with `MessageUnknown`."""
        return self._ledger(asked).letter(principal, asked.message_id, self.now)

    @query(EVERYBODY, asks=Outbox, reads=MessageLedger)
    def outbox(self, _: Principal, asked: Outbox) -> Page[PostedLetter]:
        """Every mail and SMS with its codes and links, where nothing is sent; else refuses with `OutboxNotShown`.

        That is so where no mail server and no SMS provider are set, and the site is an address of this machine.
        """
        outbox = self.context.open_outbox
        if outbox is None:
            raise OutboxNotShown
        ledger = OpenedLedger(self.reader(MessageLedger), self.context.vault, Language.CHINESE)
        return ledger.outbox_page(outbox, limit=asked.limit, cursor=asked.cursor)

    @query(CLINIC, BUREAU, OPERATOR, asks=Since, reads=MessageLedger)
    def unreached(self, principal: Principal, asked: Since) -> Page[ShownMessage]:
        """未送達: whom somebody should call, with name and phone where they are known."""
        ledger = self._ledger(asked)
        return ledger.unreached(principal, asked.since, self.now, limit=asked.limit, cursor=asked.cursor)

    @query(CLINIC, BUREAU, OPERATOR, asks=Since, reads=MessageLedger)
    def failure_report(self, principal: Principal, asked: Since) -> FailureReport:
        """未送達名單, the newest 10,000, as a CSV file."""
        return FailureReport(self._ledger(asked).report(principal, asked.since, self.now))

    @query(CLINIC, BUREAU, OPERATOR, AUDITOR, asks=Since, reads=MessageLedger)
    def message_counts(self, principal: Principal, asked: Since) -> list[StatusCount]:
        """How many of the caller's messages have each status, of every status there is."""
        counted = self._ledger(asked).counts(principal, asked.since)
        return [StatusCount(status, messages) for status, messages in counted.items()]

    def _ledger(self, asked: Messages | MessageAsked | Since) -> OpenedLedger:
        """Without the local outbox: what lies there is for whoever runs this machine."""
        return OpenedLedger(self.reader(MessageLedger), self.context.vault, asked.language)
