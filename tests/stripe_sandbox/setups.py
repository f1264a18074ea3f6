"""Setup intents: keeping a card for later (https://docs.stripe.com/payments/setup-intents)."""

from __future__ import annotations

from collections.abc import Iterable

from stripe._setup_intent_service import SetupIntentService

from tests.stripe_sandbox.cards import declined, resolve, verdict
from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.customers import attach
from tests.stripe_sandbox.errors import Json, invalid
from tests.stripe_sandbox.fields import matching
from tests.stripe_sandbox.serving import Call, serves

ATTACHED_ANYWAY = ("succeeds", "late", "late_failure", "disputed")


def new_setup(sandbox: Sandbox, customer: str | None) -> Json:
    """Make a setup intent that has no payment method yet."""
    setup = sandbox.new(
        "setup_intent", application=None, automatic_payment_methods=None,
        cancellation_reason=None, customer=customer, description=None, flow_directions=None,
        last_setup_error=None, latest_attempt=None, mandate=None, metadata={}, next_action=None,
        on_behalf_of=None, payment_method=None, payment_method_options={},
        payment_method_types=["card"], single_use_mandate=None, status="requires_payment_method",
        usage="off_session",
    )  # fmt: skip
    setup["client_secret"] = f"{setup['id']}_secret_{sandbox.store.token(setup['id'], 24)}"
    sandbox.emit("setup_intent.created", setup)
    return setup


def set_up(sandbox: Sandbox, setup: Json, method: Json, *, confirmed: bool | None = None) -> str:
    """Keep a payment method with the setup's customer; return the setup's status.

    confirmed: what the owner answered their bank, if it asked; None when not asked yet.
    Raises StripeFailure (402) when the bank says no.
    """
    sandbox.change(setup, None, payment_method=method["id"])
    outcome = verdict(sandbox, method, present=True)
    if outcome == "authenticate" and confirmed is None:
        action = {"type": "use_stripe_sdk", "use_stripe_sdk": {}}
        sandbox.change(setup, "setup_intent.requires_action", status="requires_action",
                       next_action=action)  # fmt: skip
        return "requires_action"
    if outcome == "authenticate" and not confirmed:
        outcome = "authentication_failed"
    if outcome not in (*ATTACHED_ANYWAY, "authenticate"):
        error = declined(outcome).error
        sandbox.change(setup, "setup_intent.setup_failed", payment_method=None, next_action=None,
                       status="requires_payment_method",
                       last_setup_error={name: error[name] for name in
                                         ("code", "decline_code", "message", "type")})  # fmt: skip
        raise declined(outcome)
    sandbox.store.details(method["id"])["set_up"] = True
    if setup["customer"]:
        attach(sandbox, method["id"], sandbox.store.get("customer", setup["customer"]))
    sandbox.change(setup, "setup_intent.succeeded", status="succeeded", next_action=None)
    return "succeeded"


@serves(
    SetupIntentService.create,
    "automatic_payment_methods confirm customer description metadata payment_method "
    "payment_method_types usage",
)
def create_setup(sandbox: Sandbox, call: Call) -> Json:
    """Make a setup intent, and confirm it at once if asked to."""
    params = call.params
    if "customer" in params:
        sandbox.store.get("customer", params["customer"], "customer")
    setup = new_setup(sandbox, params.get("customer"))
    setup["metadata"] = params.get("metadata", {})
    setup["usage"] = params.get("usage", "off_session")
    if params.get("confirm"):
        set_up(sandbox, setup, resolve(sandbox, params.get("payment_method", "")))
    return setup


@serves(SetupIntentService.confirm, "payment_method")
def confirm_setup(sandbox: Sandbox, call: Call) -> Json:
    """Confirm a setup intent."""
    setup = sandbox.store.get("setup_intent", call.id)
    if setup["status"] in ("succeeded", "canceled"):
        raise invalid(f"This SetupIntent is {setup['status']}.", None,
                      "setup_intent_unexpected_state")  # fmt: skip
    set_up(sandbox, setup, resolve(sandbox, call.params.get("payment_method", "")))
    return setup


@serves(SetupIntentService.cancel)
def cancel_setup(sandbox: Sandbox, call: Call) -> Json:
    """Give up a setup intent."""
    setup = sandbox.store.get("setup_intent", call.id)
    return sandbox.change(setup, "setup_intent.canceled", status="canceled")


@serves(SetupIntentService.retrieve)
def retrieve_setup(sandbox: Sandbox, call: Call) -> Json:
    """Return a setup intent."""
    return sandbox.store.get("setup_intent", call.id)


@serves(SetupIntentService.list, "created customer payment_method")
def list_setups(sandbox: Sandbox, call: Call) -> Iterable[Json]:
    """Return the setup intents, the newest first."""
    return matching(sandbox.store.all("setup_intent"), call.params, "customer", "payment_method")
