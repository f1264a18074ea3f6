"""The models of the paywall, each in the room it belongs to."""

from paywall.catalog.models import Package, Price, Section
from paywall.circulation.claims import (
    Activation,
    Invitation,
    PrintCase,
    Suppressed,
    WrongTries,
)
from paywall.circulation.models import (
    CirculationImport,
    PrintAccount,
    PrintLine,
    PrintProduct,
    PrintPublication,
    RejectedRow,
    StagedChange,
    StagedRow,
)
from paywall.entitlements.models import Entitlement
from paywall.letters.models import Letter, Unsubscribed
from paywall.metering.models import Meter, MeteredRead, MeterKey, MeterRule
from paywall.payments.models import (
    CheckoutAttempt,
    Concern,
    Publication,
    Reconciliation,
    StripeEvent,
)
from paywall.sites.models import ApiKey, ApiSite, KeptAnswer, RegisteredStory, SiteReader
from paywall.subscriptions.models import (
    Customer,
    Invoice,
    Purchase,
    Subscription,
    SubscriptionChange,
)

__all__ = [
    "Activation",
    "ApiKey",
    "ApiSite",
    "CheckoutAttempt",
    "CirculationImport",
    "Concern",
    "Customer",
    "Entitlement",
    "Invitation",
    "Invoice",
    "KeptAnswer",
    "Letter",
    "Meter",
    "MeterKey",
    "MeterRule",
    "MeteredRead",
    "Package",
    "Price",
    "PrintAccount",
    "PrintCase",
    "PrintLine",
    "PrintProduct",
    "PrintPublication",
    "Publication",
    "Purchase",
    "Reconciliation",
    "RegisteredStory",
    "RejectedRow",
    "Section",
    "SiteReader",
    "StagedChange",
    "StagedRow",
    "StripeEvent",
    "Subscription",
    "SubscriptionChange",
    "Suppressed",
    "Unsubscribed",
    "WrongTries",
]
