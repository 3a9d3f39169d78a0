"""`caretrail accounts`: bring in the first people of an installation, from the machine itself."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec
import typer

from operate.contexts import compose
from operate.failures import Mistake
from operate.session import Session
from operate.shell import at_the_shell
from shared.installation import installation
from shared.principal import Role
from shared.refusals import InvalidForm, Refusal

commands = typer.Typer()

_ROLES = (Role.OPERATOR, Role.BUREAU_MANAGER, Role.INSURER_OFFICER, Role.AUDITOR)
"""Whom nobody else could bring in; a bureau's manager invites the others."""


class Invited(msgspec.Struct):
    """The account, which its holder activates within seven days by the mail that is on its way."""

    account: UUID
    role: str


@commands.callback()
def accounts() -> None:
    """Bring in people."""


@commands.command()
def invite(
    context: typer.Context,
    *,
    role: Annotated[str, typer.Option("--role", metavar="ROLE")],
    name: Annotated[str, typer.Option("--name", metavar="NAME")],
    mail: Annotated[str, typer.Option("--mail", metavar="MAIL")],
    county: Annotated[str, typer.Option("--county", metavar="COUNTY")] = "",
) -> None:
    """Invite an operator, a county's first manager, an insurer's officer or an auditor."""
    session: Session = context.obj
    if role not in _ROLES:
        raise Mistake("mistakes.unknown-role", given=role, known=", ".join(_ROLES))
    with installation(session.settings) as place, compose("identity")(place) as composed:
        identity: Any = composed
        try:
            outcome = identity.invite(name, mail, Role(role), county, at_the_shell())
        except Refusal as refusal:
            parts = refusal.refusals if isinstance(refusal, InvalidForm) else (refusal,)
            said = " ".join(identity.explained(part, session.words.language) for part in parts)
            raise Mistake("mistakes.not-invited", said=said) from None
    session.show(Invited(outcome.id, role), session.words("accounts.invited", mail=mail))
