"""The house's rules for print accounts, as the settings and the table of products say them."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from paywall.circulation.models import PrintProduct
from paywall.circulation.rights import EVERYTHING, Policy, Scope


def policy_in_force() -> Policy:
    """Return the rules in force now. Two queries."""
    opens = {
        (row.product.casefold(), row.rate_code.casefold()): _scope(row)
        for row in PrintProduct.objects.prefetch_related("sections")
    }
    return Policy(
        grace=timedelta(days=settings.PRINT_GRACE_DAYS),
        longest_hold=timedelta(days=settings.LONGEST_HOLD_DAYS),
        zone=ZoneInfo(settings.TIME_ZONE),
        opens=opens,
    )


def _scope(row: PrintProduct) -> Scope:
    if row.opens == "everything":
        return EVERYTHING
    if row.opens == "sections":
        return Scope(sections=frozenset(section.pk for section in row.sections.all()))
    return Scope()
