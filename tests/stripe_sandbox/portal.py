"""The billing portal: its sessions, its settings, and what people do there.

https://docs.stripe.com/customer-management
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from stripe.billing_portal._configuration_service import ConfigurationService
from stripe.billing_portal._session_service import SessionService

from tests.stripe_sandbox.cards import new_method
from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.customers import charge_from_now_on
from tests.stripe_sandbox.ending import end
from tests.stripe_sandbox.errors import Json, invalid
from tests.stripe_sandbox.fields import matching
from tests.stripe_sandbox.lines import span_of
from tests.stripe_sandbox.serving import Call, serves
from tests.stripe_sandbox.setups import new_setup, set_up

FLOWS = ("payment_method_update", "subscription_cancel")
REASONS = ["too_expensive", "missing_features", "switched_service", "unused", "other"]

FEATURES: Json = {
    "customer_update": {"allowed_updates": [], "enabled": False},
    "invoice_history": {"enabled": True},
    "payment_method_update": {"enabled": True},
    "subscription_cancel": {
        "cancellation_reason": {"enabled": False, "options": REASONS},
        "enabled": True,
        "mode": "at_period_end",
        "proration_behavior": "none",
    },
    "subscription_pause": {
        "duration": {"interval_options": [], "type": "indefinite"}, "enabled": False,
    },
    "subscription_update": {
        "default_allowed_updates": [], "enabled": False, "proration_behavior": "none",
        "schedule_at_period_end": {"conditions": []}, "trial_update_behavior": "end_trial",
    },
}  # fmt: skip


def _default(sandbox: Sandbox) -> Json:
    for configuration in sandbox.store.all("billing_portal.configuration"):
        if configuration["is_default"]:
            return configuration
    return _configure(sandbox, {}, is_default=True)


def _configure(sandbox: Sandbox, params: Json, *, is_default: bool) -> Json:
    asked = params.get("features", {})
    unknown = sorted(set(asked) - set(FEATURES))
    if unknown:
        raise invalid(f"The sandbox does not know {unknown[0]}.", "features")
    profile = {"headline": None, "privacy_policy_url": None, "terms_of_service_url": None}
    configuration = sandbox.new(
        "billing_portal.configuration", active=True, application=None,
        business_profile=profile | (params.get("business_profile") or {}),
        default_return_url=params.get("default_return_url"),
        features={name: {**known, **asked.get(name, {})} for name, known in FEATURES.items()},
        is_default=is_default, login_page={"enabled": False, "url": None},
        metadata=params.get("metadata", {}), name=None, updated=sandbox.now,
    )  # fmt: skip
    sandbox.emit("billing_portal.configuration.created", configuration)
    return configuration


@serves(ConfigurationService.create, "business_profile default_return_url features metadata")
def create_configuration(sandbox: Sandbox, call: Call) -> Json:
    """Say what customers may do in the portal."""
    return _configure(sandbox, call.params, is_default=False)


@serves(ConfigurationService.retrieve)
def retrieve_configuration(sandbox: Sandbox, call: Call) -> Json:
    """Return a configuration."""
    return sandbox.store.get("billing_portal.configuration", call.id)


@serves(ConfigurationService.list, "active is_default")
def list_configurations(sandbox: Sandbox, call: Call) -> Iterable[Json]:
    """Return the configurations, the newest first."""
    found = sandbox.store.all("billing_portal.configuration")
    return matching(found, call.params, "active", "is_default")


@serves(SessionService.create, "configuration customer flow_data locale return_url")
def create_session(sandbox: Sandbox, call: Call) -> Json:
    """Open the portal for a customer, or one errand in it (a flow)."""
    params = call.params
    customer = sandbox.store.get("customer", params.get("customer", ""), "customer")
    chosen = params.get("configuration")
    configuration = (
        sandbox.store.get("billing_portal.configuration", chosen, "configuration")
        if chosen
        else _default(sandbox)
    )
    session = sandbox.new(
        "billing_portal.session",
        after_expiration=None,
        configuration=configuration["id"],
        customer=customer["id"],
        flow=_flow(sandbox, params.get("flow_data")),
        locale=params.get("locale"),
        on_behalf_of=None,
        return_url=params.get("return_url") or configuration["default_return_url"],
    )
    session["url"] = f"{sandbox.base_url}/portal/{session['id']}"
    if session["flow"]:
        session["url"] += f"/{session['flow']['type']}"
    sandbox.emit("billing_portal.session.created", session)
    return session


def _flow(sandbox: Sandbox, asked: Json | None) -> Json | None:
    if not asked:
        return None
    if asked["type"] not in FLOWS:
        raise invalid(f"The sandbox has no flow {asked['type']}.", "flow_data[type]")
    after = asked.get("after_completion", {"type": "portal_homepage"})
    cancel = asked.get("subscription_cancel")
    if asked["type"] == "subscription_cancel":
        if cancel is None:
            raise invalid("Missing required param.", "flow_data[subscription_cancel]")
        where = "flow_data[subscription_cancel][subscription]"
        sandbox.store.get("subscription", cancel["subscription"], where)
    return {
        "after_completion": {
            "hosted_confirmation": after.get("hosted_confirmation"),
            "redirect": after.get("redirect"),
            "type": after["type"],
        },
        "subscription_cancel": {"retention": None, **cancel} if cancel else None,
        "subscription_update": None,
        "subscription_update_confirm": None,
        "type": asked["type"],
    }


def change_card(
    sandbox: Sandbox, session_id: str, number: str, *, confirmed: bool | None = None, **owner: Any
) -> str:
    """Keep a new card, and charge the customer's subscriptions to it from now on.

    Returns the setup's status: succeeded, or requires_action while the bank asks the owner.
    Raises StripeFailure (402) for a declined card.
    """
    sandbox.catch_up()
    with sandbox.lock:
        session = sandbox.store.get("billing_portal.session", session_id)
        customer = sandbox.store.get("customer", session["customer"])
        setup = new_setup(sandbox, customer["id"])
        method = new_method(sandbox, number, **owner)
        status = set_up(sandbox, setup, method, confirmed=confirmed)
        if status == "succeeded":
            charge_from_now_on(sandbox, customer, method["id"])
        return status


def cancel(sandbox: Sandbox, session_id: str, subscription_id: str) -> Json:
    """Cancel a subscription as the portal's settings say: at the period's end, or at once."""
    with sandbox.lock:
        subscription = _own(sandbox, session_id, subscription_id)
        session = sandbox.store.get("billing_portal.session", session_id)
        configuration = sandbox.store.get("billing_portal.configuration", session["configuration"])
        if configuration["features"]["subscription_cancel"]["mode"] == "immediately":
            return end(sandbox, subscription, "cancellation_requested")
        details = {**subscription["cancellation_details"], "reason": "cancellation_requested"}
        return sandbox.change(
            subscription, "customer.subscription.updated", cancel_at_period_end=True,
            cancel_at=span_of(subscription).end, canceled_at=sandbox.now,
            cancellation_details=details,
        )  # fmt: skip


def keep(sandbox: Sandbox, session_id: str, subscription_id: str) -> Json:
    """Take back a cancellation that has not happened yet."""
    with sandbox.lock:
        subscription = _own(sandbox, session_id, subscription_id)
        details = {**subscription["cancellation_details"], "reason": None}
        return sandbox.change(
            subscription, "customer.subscription.updated", cancel_at_period_end=False,
            cancel_at=None, canceled_at=None, cancellation_details=details,
        )  # fmt: skip


def _own(sandbox: Sandbox, session_id: str, subscription_id: str) -> Json:
    session = sandbox.store.get("billing_portal.session", session_id)
    subscription = sandbox.store.get("subscription", subscription_id)
    if subscription["customer"] != session["customer"]:
        raise invalid("This subscription is somebody else's.", "subscription")
    return subscription
