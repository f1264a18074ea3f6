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
    SentPiece,
    StagedChange,
    StagedRow,
)
from paywall.entitlements.models import Entitlement
from paywall.letters.models import Letter, Unsubscribed
from paywall.metering.models import Meter, MeteredRead, MeterKey, MeterRule, RefusedVisit
from paywall.payments.models import (
    CheckoutAttempt,
    Concern,
    Publication,
    Reconciliation,
    StripeEvent,
)
from paywall.subscriptions.models import (
    Customer,
    Invoice,
    Purchase,
    Subscription,
    SubscriptionChange,
)
from paywall.trail.models import StaffAction

__all__ = [
    "Activation",
    "CheckoutAttempt",
    "CirculationImport",
    "Concern",
    "Customer",
    "Entitlement",
    "Invitation",
    "Invoice",
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
    "RefusedVisit",
    "RejectedRow",
    "Section",
    "SentPiece",
    "StaffAction",
    "StagedChange",
    "StagedRow",
    "StripeEvent",
    "Subscription",
    "SubscriptionChange",
    "Suppressed",
    "Unsubscribed",
    "WrongTries",
]
