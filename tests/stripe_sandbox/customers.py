"""Customers (https://docs.stripe.com/api/customers)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from stripe._customer_payment_method_service import CustomerPaymentMethodService
from stripe._customer_service import CustomerService

from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.errors import Json, invalid
from tests.stripe_sandbox.expanding import included_on_demand, list_of
from tests.stripe_sandbox.fields import matching, merged, unset_empty
from tests.stripe_sandbox.serving import Call, serves

PLAIN_FIELDS = "description email name phone preferred_locales business_name individual_name"
ENDED = ("canceled", "incomplete_expired")

CANCELLERS: list[Any] = []
"""What ends a subscription whose customer is deleted: `(sandbox, subscription) -> None`."""


@serves(
    CustomerService.create,
    PLAIN_FIELDS + " address balance invoice_settings metadata payment_method tax_exempt",
)
def create_customer(sandbox: Sandbox, call: Call) -> Json:
    """Make a customer."""
    params = call.params
    for id_ in filter(None, [params.get("payment_method")]):
        sandbox.store.get("payment_method", id_, "payment_method")
    customer = new_customer(
        sandbox,
        **unset_empty(params, *PLAIN_FIELDS.split(), "address"),
        balance=params.get("balance", 0),
        metadata=merged({}, params.get("metadata")),
    )
    settings = params.get("invoice_settings", {})
    if "payment_method" in params:
        attach(sandbox, params["payment_method"], customer, "payment_method")
    if "default_payment_method" in settings:
        _set_default(sandbox, customer, settings["default_payment_method"])
    return customer


def new_customer(sandbox: Sandbox, **fields: Any) -> Json:
    """Make a customer with the fields given."""
    blank: Json = {
        "address": None, "balance": 0, "currency": None, "default_source": None,
        "delinquent": False, "description": None, "email": None, "metadata": {}, "name": None,
        "invoice_settings": {
            "custom_fields": None, "default_payment_method": None, "footer": None,
            "rendering_options": None,
        },
        "next_invoice_sequence": 1, "phone": None, "preferred_locales": [], "shipping": None,
        "tax_exempt": "none", "test_clock": None,
    }  # fmt: skip
    customer = sandbox.new("customer", **blank | fields)
    customer["invoice_prefix"] = sandbox.store.token(customer["id"], 8).upper()
    sandbox.emit("customer.created", customer)
    return customer


@serves(CustomerService.retrieve)
def retrieve_customer(sandbox: Sandbox, call: Call) -> Json:
    """Return a customer; of a deleted one, that it is."""
    if call.id in sandbox.store.details("deleted customers"):
        return {"id": call.id, "object": "customer", "deleted": True}
    return sandbox.store.get("customer", call.id)


@serves(CustomerService.update, PLAIN_FIELDS + " address balance invoice_settings metadata")
def update_customer(sandbox: Sandbox, call: Call) -> Json:
    """Change a customer."""
    customer, params = sandbox.store.get("customer", call.id), call.params
    fields: Json = unset_empty(params, *PLAIN_FIELDS.split(), "address", "balance")
    if "metadata" in params:
        fields["metadata"] = merged(customer["metadata"], params["metadata"])
    default = params.get("invoice_settings", {}).get("default_payment_method")
    if default is not None:
        fields["invoice_settings"] = _with_default(sandbox, customer, default)
    return sandbox.change(customer, "customer.updated", **fields)


@serves(CustomerService.list, "email created")
def list_customers(sandbox: Sandbox, call: Call) -> Iterable[Json]:
    """Return the customers, the newest first."""
    return matching(sandbox.store.all("customer"), call.params, "email")


@serves(CustomerService.delete)
def delete_customer(sandbox: Sandbox, call: Call) -> Json:
    """Delete a customer: their subscriptions end at once, their invoices stay."""
    customer = sandbox.store.get("customer", call.id)
    for subscription in subscriptions_of(sandbox, call.id):
        for cancel in CANCELLERS:
            cancel(sandbox, subscription)
    sandbox.store.remove(customer)
    sandbox.store.details("deleted customers")[call.id] = sandbox.now
    sandbox.emit("customer.deleted", customer)
    return {"id": call.id, "object": "customer", "deleted": True}


@serves(CustomerPaymentMethodService.list, "type")
def list_payment_methods(sandbox: Sandbox, call: Call) -> Iterable[Json]:
    """Return the payment methods attached to a customer."""
    sandbox.store.get("customer", call.id)
    found = matching(sandbox.store.all("payment_method"), call.params, "type")
    return [method for method in found if method["customer"] == call.id]


@included_on_demand("customer", "subscriptions")
def _subscriptions(sandbox: Sandbox, customer: Json) -> Json:
    running = subscriptions_of(sandbox, customer["id"])
    return list_of(running, f"/v1/customers/{customer['id']}/subscriptions")


def subscriptions_of(sandbox: Sandbox, customer: str) -> list[Json]:
    """Return a customer's subscriptions that have not ended, the newest first."""
    return [
        each
        for each in sandbox.store.all("subscription")
        if each["customer"] == customer and each["status"] not in ENDED
    ]


def attach(sandbox: Sandbox, method_id: str, customer: Json, param: str = "id") -> Json:
    """Keep a payment method with a customer."""
    method = sandbox.store.get("payment_method", method_id, param)
    if method["customer"] not in (None, customer["id"]):
        raise invalid("The payment method you provided is attached to another customer.", param)
    if method["customer"] is None:
        sandbox.change(method, None, customer=customer["id"])
        sandbox.emit("payment_method.attached", method)
    return method


def _with_default(sandbox: Sandbox, customer: Json, method: str) -> Json:
    if method:
        param = "invoice_settings[default_payment_method]"
        kept = sandbox.store.get("payment_method", method, param)
        if kept["customer"] != customer["id"]:
            message = "The customer does not have a payment method with this ID."
            raise invalid(message, param, "resource_missing")
    return {**customer["invoice_settings"], "default_payment_method": method or None}


def _set_default(sandbox: Sandbox, customer: Json, method: str) -> None:
    sandbox.change(customer, None, invoice_settings=_with_default(sandbox, customer, method))


def set_default(sandbox: Sandbox, customer: Json, method: str) -> None:
    """Make a payment method the one that a customer's invoices are charged to."""
    settings = _with_default(sandbox, customer, method)
    sandbox.change(customer, "customer.updated", invoice_settings=settings)


def charge_from_now_on(sandbox: Sandbox, customer: Json, method_id: str) -> None:
    """Make a payment method a customer's default, and that of subscriptions with their own."""
    set_default(sandbox, customer, method_id)
    for subscription in subscriptions_of(sandbox, customer["id"]):
        if subscription["default_payment_method"]:
            sandbox.change(
                subscription, "customer.subscription.updated", default_payment_method=method_id
            )
