"""The groups that staff are put into, and what each may do.

They are made once, with the database; from then on they are the administrators'. A permission
that a later version brings is given by a migration of that version, with `give`.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db.models import Q


def _may(app: str, verbs: str, *models: str) -> set[str]:
    """Return the codenames of Django's own permissions: _may("paywall", "view change", "price")."""
    return {f"{app}.{verb}_{model}" for verb in verbs.split() for model in models}


def _desk(*names: str) -> set[str]:
    return {f"paywall.{name}" for name in names}


_SEES_THE_PAPER = _may("articles", "view", "article") | _may("paywall", "view", "section")
_SEES_WHAT_IS_SOLD = _may("paywall", "view", "package", "price", "section", "meterrule")
_SEES_MONEY = _may("paywall", "view", "customer", "subscription", "invoice", "purchase", "concern")
_SEES_MONEY |= _may("paywall", "view", "subscriptionchange")
_SEES_READING = _may("paywall", "view", "meteredread", "refusedvisit")
_SEES_PRINT = _may(
    "paywall", "view", "printaccount", "printline", "printproduct", "activation", "printcase"
)

EVERYTHING = "administrator"
GROUPS: dict[str, set[str]] = {
    "editor": _SEES_THE_PAPER
    | _may("articles", "add change delete", "article")
    | _may("paywall", "change", "section")
    | _may("paywall", "view", "freemode", "wallversion")
    | _desk("open_all_stories", "view_reports"),
    "marketing": _SEES_THE_PAPER
    | _SEES_WHAT_IS_SOLD
    | _may("paywall", "add change delete", "package", "price", "meterrule")
    | _may("paywall", "view", "entitlement")
    | _may("paywall", "view", "subscription", "courtesybatch", "freemode")
    | _may("paywall", "view add change", "wallversion")
    | _desk(
        "open_all_stories",
        "publish_walls",
        "manage_promotions",
        "give_courtesy_in_bulk",
        "view_reports",
        "view_health",
    ),
    "circulation": _SEES_PRINT
    | _may("paywall", "view change", "circulationimport")
    | _may("paywall", "change", "printaccount", "printcase", "activation")
    | _may("paywall", "add change delete", "printproduct")
    | _may("paywall", "view", "section", "printreaderday")
    | _desk("answer_readers", "link_print_account", "view_reports", "view_health"),
    "helpdesk": _SEES_THE_PAPER
    | _SEES_WHAT_IS_SOLD
    | _SEES_MONEY
    | _SEES_READING
    | _SEES_PRINT
    | _may("paywall", "view", "entitlement", "staffaction", "freemode", "wallversion")
    | _may("paywall", "view change", "letter")
    | _may("paywall", "change", "concern", "printcase", "activation")
    | _desk(
        "answer_readers",
        "create_reader",
        "give_courtesy",
        "give_stories_back",
        "resend_letter",
        "send_payment_link",
        "refund_payment",
        "cancel_subscription",
        "link_print_account",
        "sign_reader_out",
        "export_reader",
        "view_health",
    ),
    "publisher": _SEES_THE_PAPER
    | _SEES_WHAT_IS_SOLD
    | _may("paywall", "view", "circulationimport", "printproduct", "staffaction", "reconciliation")
    | _may("paywall", "view", "freemode", "wallversion", "courtesybatch", "printreaderday")
    | _desk("open_all_stories", "view_reports", "view_health"),
    EVERYTHING: set(),
}
APPS = ("accounts", "articles", "paywall", "auth")


def make_groups(groups: Any = Group, permissions: Any = Permission) -> list[str]:
    """Make the groups that are not there, each with what it may do; return their names.

    A migration hands in the models of its own time.
    """
    made = [name for name in GROUPS if not groups.objects.filter(name=name).exists()]
    for name in made:
        groups.objects.create(name=name)
        give(name, GROUPS[name], groups, permissions)
    return made


def give(
    name: str, codenames: Iterable[str], groups: Any = Group, permissions: Any = Permission
) -> None:
    """Let a group do more: "app.codename" each; an administrator everything that our apps have."""
    chosen = Q(content_type__app_label__in=APPS) if name == EVERYTHING else Q(pk__in=[])
    for codename in codenames:
        app, _, bare = codename.partition(".")
        chosen |= Q(content_type__app_label=app, codename=bare)
    group = groups.objects.filter(name=name).first()
    if group:
        group.permissions.add(*permissions.objects.filter(chosen))
