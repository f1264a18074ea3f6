"""The models of the paywall, each in the room it belongs to."""

from paywall.catalog.models import Package, Price, Section
from paywall.circulation.claims import (
    Activation,
    Invitation,
    PrintCase,
    Suppressed,
    WrongTries,
)
from paywall.circulation.kept import KeptChange
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
from paywall.entitlements.models import CourtesyBatch, Entitlement
from paywall.gate.models import WallVersion
from paywall.health.models import HealthDigest, ScheduleRun
from paywall.insights.models import (
    CountedLog,
    CountedReader,
    CountedStory,
    DayCount,
    PrintReaderDay,
    Seen,
)
from paywall.letters.models import Letter, Unsubscribed
from paywall.metering.models import (
    FreeMode,
    Meter,
    MeteredRead,
    MeterKey,
    MeterRule,
    RefusedVisit,
)
from paywall.payments.models import (
    CheckoutAttempt,
    Concern,
    Publication,
    Reconciliation,
    StripeEvent,
)
from paywall.reports.models import Prepared
from paywall.sites.models import ApiKey, ApiSite, KeptAnswer, RegisteredStory, SiteReader
from paywall.subscriptions.models import (
    Customer,
    FormerCustomer,
    Invoice,
    Purchase,
    Subscription,
    SubscriptionChange,
)
from paywall.trail.models import StaffAction

__all__ = [
    "Activation",
    "ApiKey",
    "ApiSite",
    "CheckoutAttempt",
    "CirculationImport",
    "Concern",
    "CountedLog",
    "CountedReader",
    "CountedStory",
    "CourtesyBatch",
    "Customer",
    "DayCount",
    "Entitlement",
    "FormerCustomer",
    "FreeMode",
    "HealthDigest",
    "Invitation",
    "Invoice",
    "KeptAnswer",
    "KeptChange",
    "Letter",
    "Meter",
    "MeterKey",
    "MeterRule",
    "MeteredRead",
    "Package",
    "Prepared",
    "Price",
    "PrintAccount",
    "PrintCase",
    "PrintLine",
    "PrintProduct",
    "PrintPublication",
    "PrintReaderDay",
    "Publication",
    "Purchase",
    "Reconciliation",
    "RefusedVisit",
    "RegisteredStory",
    "RejectedRow",
    "ScheduleRun",
    "Section",
    "Seen",
    "SentPiece",
    "SiteReader",
    "StaffAction",
    "StagedChange",
    "StagedRow",
    "StripeEvent",
    "Subscription",
    "SubscriptionChange",
    "Suppressed",
    "Unsubscribed",
    "WallVersion",
    "WrongTries",
]
