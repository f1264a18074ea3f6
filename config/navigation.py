"""The admin's own table of contents, in the newspaper's words: each sees what they may open."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

# Of each group of links: what it is called, where it leads, who sees it, and its icon.
CONTENTS: dict[str, list[tuple[str, str, str, str]]] = {
    "Today": [
        ("What it earns", "index", "paywall.view_reports", "monitoring"),
        ("What waits", "paywall_schedulerun_changelist", "paywall.view_health", "monitor_heart"),
        ("Open all stories", "paywall_freemode_changelist", "paywall.view_freemode", "lock_open"),
    ],
    "Readers": [
        ("Find a reader", "reader_search", "paywall.answer_readers", "person_search"),
        ("Make an account", "reader_create", "paywall.create_reader", "person_add"),
        ("Accounts", "accounts_reader_changelist", "accounts.view_reader", "group"),
        ("Who may read", "paywall_entitlement_changelist", "paywall.view_entitlement", "key"),
        (
            "Courtesy from a file",
            "paywall_courtesybatch_changelist",
            "paywall.view_courtesybatch",
            "redeem",
        ),
        ("Letters", "paywall_letter_changelist", "paywall.view_letter", "mail"),
    ],
    "The paper": [
        ("Stories", "articles_article_changelist", "articles.view_article", "article"),
        ("Sections", "paywall_section_changelist", "paywall.view_section", "folder"),
    ],
    "What is sold": [
        ("Packages and prices", "paywall_package_changelist", "paywall.view_package", "sell"),
        ("Promotion codes", "paywall_package_promotions", "paywall.manage_promotions", "percent"),
        ("Free stories", "paywall_meterrule_changelist", "paywall.view_meterrule", "rule"),
        ("Words of the wall", "paywall_wallversion_changelist", "paywall.view_wallversion", "edit"),
    ],
    "Money": [
        (
            "Subscriptions",
            "paywall_subscription_changelist",
            "paywall.view_subscription",
            "autorenew",
        ),
        ("Invoices", "paywall_invoice_changelist", "paywall.view_invoice", "receipt_long"),
        ("Passes", "paywall_purchase_changelist", "paywall.view_purchase", "confirmation_number"),
        ("Customers", "paywall_customer_changelist", "paywall.view_customer", "badge"),
        ("To look at", "paywall_concern_changelist", "paywall.view_concern", "flag"),
        ("Told by Stripe", "paywall_stripeevent_changelist", "paywall.view_stripeevent", "inbox"),
        (
            "Compared with Stripe",
            "paywall_reconciliation_changelist",
            "paywall.view_reconciliation",
            "balance",
        ),
    ],
    "Printed paper": [
        (
            "Circulation files",
            "paywall_circulationimport_changelist",
            "paywall.view_circulationimport",
            "upload_file",
        ),
        ("Cases", "paywall_printcase_changelist", "paywall.view_printcase", "help"),
        ("Accounts", "paywall_printaccount_changelist", "paywall.view_printaccount", "newspaper"),
        ("Turned on", "paywall_activation_changelist", "paywall.view_activation", "toggle_on"),
        (
            "What print opens",
            "paywall_printproduct_changelist",
            "paywall.view_printproduct",
            "list",
        ),
    ],
    "Other sites": [
        ("Sites", "paywall_apisite_changelist", "paywall.view_apisite", "hub"),
        ("Their keys", "paywall_apikey_changelist", "paywall.view_apikey", "vpn_key"),
    ],
    "Staff": [
        ("Audit trail", "paywall_staffaction_changelist", "paywall.view_staffaction", "history"),
        ("Groups", "auth_group_changelist", "auth.view_group", "shield_person"),
    ],
}


def contents(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the table of contents for unfold's sidebar, without what somebody may not open."""
    groups: list[dict[str, Any]] = []
    for title, links in CONTENTS.items():
        items = [
            {"title": name, "link": reverse(f"admin:{page}"), "icon": icon}
            for name, page, permission, icon in links
            if request.user.has_perm(permission)
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
