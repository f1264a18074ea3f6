"""What is kept of a reader's printed paper."""

from typing import Any

from accounts.models import Reader
from accounts.proved import proved_addresses
from paywall.circulation import finding
from paywall.circulation.claims import Activation, Invitation, PrintCase
from paywall.circulation.kept import KeptChange
from paywall.circulation.masking import masked_number
from paywall.circulation.matching import Proof
from paywall.circulation.models import PrintAccount, PrintLine


def print_of(reader: Reader) -> dict[str, Any]:
    """Return accounts, seats, invitations and cases.

    What is on file of an account is its subscriber's: whoever was only invited to a seat, or still
    waits for one, gets none of it.
    """
    mine = Activation.objects.filter(reader=reader).select_related("account").order_by("pk")
    invitations = Invitation.objects.filter(inviter=reader).order_by("pk")
    cases = PrintCase.objects.filter(reader=reader).order_by("pk")
    known = {activation.account_id for activation in mine}
    by_address = finding.proved_by_address(proved_addresses(reader))
    return {
        "seats": [_seat(activation) for activation in mine],
        "with_your_address": [_on_file(each) for each, _ in by_address if each.pk not in known],
        "invitations": list(invitations.values("address", "made_at", "ends_at")),
        "cases": list(cases.values(*_names(PrintCase, without={"id", "reader", "decided_by"}))),
    }


def _seat(activation: Activation) -> dict[str, Any]:
    proved = activation.proof != Proof.INVITED and activation.state == Activation.State.ACTIVE
    return {
        "account": masked_number(activation.account.number),
        "state": activation.state,
        "holder": activation.holder,
        "proof": activation.proof,
        "claimed_at": activation.claimed_at,
        "withdrawn_at": activation.withdrawn_at,
        "on_file": _on_file(activation.account) if proved else None,
    }


def _on_file(account: PrintAccount) -> dict[str, Any]:
    names = _names(PrintAccount, without={"id", "digest", "number_key"})
    lines = account.lines.order_by("pk")
    changed = KeptChange.objects.filter(
        publication=account.publication, number_key=account.number_key
    )
    return {
        **{name: getattr(account, name) for name in names},
        "changed_by_files": list(changed.values("file__as_of", "what")),
        "lines": list(lines.values(*_names(PrintLine, without={"id", "account"}))),
    }


def _names(model: Any, *, without: set[str]) -> list[str]:
    return [field.name for field in model._meta.concrete_fields if field.name not in without]
