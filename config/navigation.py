"""The admin's own table of contents, in the newspaper's words: each sees what they may open."""

from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import reverse


class Link(NamedTuple):
    """A line of the contents: its name, the page, who sees it, its icon, and what it is for."""

    title: str
    page: str
    permission: str
    icon: str
    says: str


CONTENTS: dict[str, list[Link]] = {
    "Today": [
        Link(
            "What it earns",
            "index",
            "paywall.view_reports",
            "monitoring",
            "Revenue, readers and walls, by day, month and story.",
        ),
        Link(
            "What waits",
            "paywall_schedulerun_changelist",
            "paywall.view_health",
            "monitor_heart",
            "What needs a person, and whether everything runs that runs by itself.",
        ),
        Link(
            "Open all stories",
            "paywall_freemode_changelist",
            "paywall.view_freemode",
            "lock_open",
            "To everybody, for a storm or an election; it ends by itself.",
        ),
    ],
    "Readers": [
        Link(
            "Find a reader",
            "reader_search",
            "paywall.answer_readers",
            "person_search",
            "Answer a call: why a story is closed, what happened, and what to do.",
        ),
        Link(
            "Make an account",
            "reader_create",
            "paywall.create_reader",
            "person_add",
            "For a caller, who gets a letter with the way in.",
        ),
        Link(
            "Accounts",
            "accounts_reader_changelist",
            "accounts.view_reader",
            "group",
            "Everybody with an account; here colleagues become staff.",
        ),
        Link(
            "Who may read",
            "paywall_entitlement_changelist",
            "paywall.view_entitlement",
            "key",
            "Every right to read beyond the free stories: paid, printed or given.",
        ),
        Link(
            "Courtesy from a file",
            "paywall_courtesybatch_changelist",
            "paywall.view_courtesybatch",
            "redeem",
            "Access for many at once, from a list of addresses.",
        ),
        Link(
            "Letters",
            "paywall_letter_changelist",
            "paywall.view_letter",
            "mail",
            "What was written to readers, what was sent, and what came back.",
        ),
    ],
    "The paper": [
        Link(
            "Stories",
            "articles_article_changelist",
            "articles.view_article",
            "article",
            "The texts, and whether each is free, counted or for subscribers.",
        ),
        Link(
            "Sections",
            "paywall_section_changelist",
            "paywall.view_section",
            "folder",
            "The parts of the paper, and what their stories are unless they say otherwise.",
        ),
    ],
    "What is sold": [
        Link(
            "Packages and prices",
            "paywall_package_changelist",
            "paywall.view_package",
            "sell",
            "What readers can subscribe to, and what it costs.",
        ),
        Link(
            "Promotion codes",
            "paywall_package_promotions",
            "paywall.manage_promotions",
            "percent",
            "Codes that make a package cheaper.",
        ),
        Link(
            "Free stories",
            "paywall_meterrule_changelist",
            "paywall.view_meterrule",
            "rule",
            "How many stories a month are free, and which rule a visit meets.",
        ),
        Link(
            "Words of the wall",
            "paywall_wallversion_changelist",
            "paywall.view_wallversion",
            "edit",
            "What readers are told when a story stays closed.",
        ),
    ],
    "Money": [
        Link(
            "Subscriptions",
            "paywall_subscription_changelist",
            "paywall.view_subscription",
            "autorenew",
            "Who subscribes to what, and how it stands.",
        ),
        Link(
            "Invoices",
            "paywall_invoice_changelist",
            "paywall.view_invoice",
            "receipt_long",
            "What was asked for, paid, refunded or disputed.",
        ),
        Link(
            "Passes",
            "paywall_purchase_changelist",
            "paywall.view_purchase",
            "confirmation_number",
            "Access for a day or a week, paid once.",
        ),
        Link(
            "Customers",
            "paywall_customer_changelist",
            "paywall.view_customer",
            "badge",
            "Readers as Stripe knows them.",
        ),
        Link(
            "To look at",
            "paywall_concern_changelist",
            "paywall.view_concern",
            "flag",
            "Money that a person has to look at, such as a dispute.",
        ),
        Link(
            "Told by Stripe",
            "paywall_stripeevent_changelist",
            "paywall.view_stripeevent",
            "inbox",
            "Each message of Stripe’s, and what came of it.",
        ),
        Link(
            "Compared with Stripe",
            "paywall_reconciliation_changelist",
            "paywall.view_reconciliation",
            "balance",
            "Whether Stripe and we agree: every night, and what differed.",
        ),
    ],
    "Printed paper": [
        Link(
            "Circulation files",
            "paywall_circulationimport_changelist",
            "paywall.view_circulationimport",
            "upload_file",
            "The nightly file; send one, look at it, say yes or no.",
        ),
        Link(
            "Cases",
            "paywall_printcase_changelist",
            "paywall.view_printcase",
            "help",
            "Print subscribers whose account could not be found.",
        ),
        Link(
            "Print accounts",
            "paywall_printaccount_changelist",
            "paywall.view_printaccount",
            "newspaper",
            "Print subscribers, as the circulation file has them.",
        ),
        Link(
            "Turned on",
            "paywall_activation_changelist",
            "paywall.view_activation",
            "toggle_on",
            "Who reads here with the printed paper’s account.",
        ),
        Link(
            "What print opens",
            "paywall_printproduct_changelist",
            "paywall.view_printproduct",
            "list",
            "Which printed papers come with digital access.",
        ),
    ],
    "Other sites": [
        Link(
            "Sites",
            "paywall_apisite_changelist",
            "paywall.view_apisite",
            "hub",
            "Sites that ask this paywall who may read.",
        ),
        Link(
            "Their keys",
            "paywall_apikey_changelist",
            "paywall.view_apikey",
            "vpn_key",
            "What their servers prove themselves with.",
        ),
    ],
    "Staff": [
        Link(
            "Audit trail",
            "paywall_staffaction_changelist",
            "paywall.view_staffaction",
            "history",
            "Who did what, when and why. Nobody can change it.",
        ),
        Link(
            "Groups",
            "auth_group_changelist",
            "auth.view_group",
            "shield_person",
            "What each kind of colleague may do.",
        ),
    ],
}


def contents(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the table of contents for unfold's sidebar, without what somebody may not open."""
    groups: list[dict[str, Any]] = []
    for title, links in CONTENTS.items():
        items = [
            {
                "title": link.title,
                "link": reverse(f"admin:{link.page}"),
                "icon": link.icon,
                "says": link.says,
            }
            for link in links
            if request.user.has_perm(link.permission)
        ]
        if items:
            groups.append({"title": title, "separator": True, "items": items})
    _mark_where_we_are([item for group in groups for item in group["items"]], request.path)
    return groups


def _mark_where_we_are(items: list[dict[str, Any]], path: str) -> None:
    """Mark the one link that leads nearest to this page: some addresses begin like others."""
    nearest = max(
        (item["link"] for item in items if path.startswith(item["link"])), key=len, default=""
    )
    for item in items:
        item["active"] = item["link"] == nearest
