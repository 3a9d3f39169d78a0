"""The gateway as a Nameko service: pages, drafts, forms held over an expired session, and saved filters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.gateway import commands
from services.gateway.application import Gateway
from services.gateway.application.drafts import Draft, DraftListed, DraftSaved
from services.gateway.application.held_forms import Held, Typed
from services.gateway.application.saved_filters import SavedFilter
from services.gateway.bootstrap import GatewayContext
from services.gateway.domain.access import ANYBODY, DRAFTERS, EDITORS, WHO_MAY
from services.gateway.domain.policies import POLICIES
from services.gateway.domain.refusals import PageUnknown
from services.gateway.entrypoints.questions import (
    DraftAsked,
    FiltersAsked,
    PageAsked,
    PagesAsked,
    PagesToEdit,
    PageToEdit,
)
from services.gateway.messages import WORDING
from services.gateway.read_models import page_history as versions
from services.gateway.read_models import pages as shown
from services.gateway.read_models.page_history import PageHistory, PageVersion
from services.gateway.read_models.pages import EditedPage, Pages, ShownPage
from shared.access import BUREAU, CLINIC
from shared.read_models.paging import Page
from shared.rpc.service import ContextService, deed, query

if TYPE_CHECKING:
    from shared.principal import Principal


class GatewayService(ContextService):
    """What the web front keeps."""

    name = "gateway"
    words = WORDING
    application = Gateway
    policies = POLICIES

    @property
    def context(self) -> GatewayContext:
        """The gateway, put together."""
        context = super().context
        assert isinstance(context, GatewayContext)  # noqa: S101 - for the type checker: `gateway_in` gave it
        return context

    # Pages --------------------------------------------------------------------------------------------------------

    @query(ANYBODY, asks=PagesAsked, reads=Pages)
    def pages(self, _: Principal, asked: PagesAsked) -> Page[ShownPage]:
        """最新消息, 使用說明 and the rest: a page of what is shown today."""
        return shown.shown_pages(
            self.reader(Pages),
            asked.language,
            self.now,
            kind=asked.kind,
            county=asked.county,
            limit=asked.limit,
            cursor=asked.cursor,
        )

    @query(ANYBODY, asks=PageAsked, reads=Pages)
    def page(self, _: Principal, asked: PageAsked) -> ShownPage | None:
        """The page of this address that is shown today; None where there is none."""
        return shown.shown_page(self.reader(Pages), asked.slug, asked.language, self.now)

    @query(*EDITORS, asks=PagesToEdit, reads=Pages)
    def pages_to_edit(self, principal: Principal, asked: PagesToEdit) -> Page[EditedPage]:
        """A page of what the caller may edit, in both languages, those not shown any more too."""
        return shown.pages_to_edit(
            self.reader(Pages), principal, self.now, kind=asked.kind, limit=asked.limit, cursor=asked.cursor
        )

    @query(*EDITORS, asks=PageToEdit, reads=Pages)
    def page_to_edit(self, principal: Principal, asked: PageToEdit) -> EditedPage:
        """One page in both languages; refuses with `PageUnknown`."""
        found = shown.page_to_edit(self.reader(Pages), principal, asked.page_id, self.now)
        if found is None:
            raise PageUnknown("page_id")
        return found

    @query(*EDITORS, asks=PageToEdit, reads=PageHistory)
    def page_history(self, principal: Principal, asked: PageToEdit) -> list[PageVersion]:
        """修訂紀錄: the versions of a page that the caller may edit; refuses with `PageUnknown`."""
        if shown.page_to_edit(self.reader(Pages), principal, asked.page_id, self.now) is None:
            raise PageUnknown("page_id")
        return versions.page_history(self.reader(PageHistory), asked.page_id)

    # Drafts -------------------------------------------------------------------------------------------------------

    @deed(*WHO_MAY[commands.SaveDraft], asks=commands.SaveDraft)
    def save_draft(self, principal: Principal, asked: commands.SaveDraft) -> DraftSaved:
        """暫存: the answer has the version that the next save goes on from."""
        return self.context.drafts.save(asked, principal, self.now)

    @query(*DRAFTERS, asks=DraftAsked)
    def draft(self, principal: Principal, asked: DraftAsked) -> Draft | None:
        """The caller's draft of this kind; None where there is none."""
        return self.context.drafts.find(asked.kind, principal, self.now)

    @query(*DRAFTERS)
    def drafts(self, principal: Principal) -> list[DraftListed]:
        """The caller's drafts, the one saved last first."""
        return self.context.drafts.of(principal, self.now)

    @deed(*WHO_MAY[commands.DropDraft], asks=commands.DropDraft)
    def drop_draft(self, principal: Principal, asked: commands.DropDraft) -> None:
        """刪除暫存."""
        self.context.drafts.drop(asked, principal)

    # Held forms ---------------------------------------------------------------------------------------------------

    @deed(*WHO_MAY[commands.HoldForm], asks=commands.HoldForm)
    def hold_form(self, _: Principal, asked: commands.HoldForm) -> Held:
        """Keep what was typed until its writer has signed in; the token is in the answer and nowhere else."""
        return self.context.held_forms.hold(asked, self.now)

    @deed(*WHO_MAY[commands.HeldForm], asks=commands.HeldForm)
    def held_form(self, _: Principal, asked: commands.HeldForm) -> Typed:
        """What was typed, once; refuses with `HeldFormGone`."""
        return self.context.held_forms.give_back(asked, self.now)

    # Saved filters ------------------------------------------------------------------------------------------------

    @deed(*WHO_MAY[commands.SaveFilter], asks=commands.SaveFilter)
    def save_filter(self, principal: Principal, asked: commands.SaveFilter) -> SavedFilter:
        """儲存篩選條件."""
        return self.context.saved_filters.save(asked, principal, self.now)

    @query(CLINIC, BUREAU, asks=FiltersAsked)
    def filters(self, principal: Principal, asked: FiltersAsked) -> list[SavedFilter]:
        """The caller's filters of a queue, by name."""
        return self.context.saved_filters.of(asked.queue, principal)

    @deed(*WHO_MAY[commands.DropFilter], asks=commands.DropFilter)
    def drop_filter(self, principal: Principal, asked: commands.DropFilter) -> None:
        """刪除篩選條件."""
        self.context.saved_filters.drop(asked, principal)
