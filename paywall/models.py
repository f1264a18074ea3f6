"""The models of the paywall, each in the room it belongs to."""

from paywall.catalog.models import Package, Price, Section
from paywall.entitlements.models import Entitlement
from paywall.metering.models import Meter, MeteredRead, MeterKey, MeterRule
from paywall.payments.models import Publication

__all__ = [
    "Entitlement",
    "Meter",
    "MeterKey",
    "MeterRule",
    "MeteredRead",
    "Package",
    "Price",
    "Publication",
    "Section",
]
