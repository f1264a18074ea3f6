"""Payment intents and charges (https://docs.stripe.com/payments/paymentintents/lifecycle)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from stripe._payment_intent_service import PaymentIntentService

from tests.stripe_sandbox.cards import declined, resolve, verdict
from tests.stripe_sandbox.charges import new_charge
from tests.stripe_sandbox.clock import DAY, falls_due
from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.errors import Json, invalid
from tests.stripe_sandbox.fields import matching, merged
from tests.stripe_sandbox.serving import Call, serves

Settled = Callable[[Sandbox, Json], None]
_SETTLED: list[Settled] = []

OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")


def when_settled(function: Settled) -> Settled:
    """Register what follows once a payment succeeded, failed, waits or asks for its owner."""
    _SETTLED.append(function)
    return function


def new_intent(sandbox: Sandbox, amount: int, currency: str, customer: str | None) -> Json:
    """Make a payment intent that has no payment method yet."""
    intent = sandbox.new(
        "payment_intent",
        amount=amount,
        amount_capturable=0,
        amount_details={"tip": {}},
        amount_received=0,
        automatic_payment_methods=None,
        canceled_at=None,
        cancellation_reason=None,
        capture_method="automatic",
        confirmation_method="automatic",
        currency=currency,
        customer=customer,
        description=None,
        last_payment_error=None,
        latest_charge=None,
        metadata={},
        next_action=None,
        payment_method=None,
        payment_method_options={},
        payment_method_types=["card"],
        processing=None,
        receipt_email=None,
        setup_future_usage=None,
        status="requires_payment_method",
    )
    intent["client_secret"] = f"{intent['id']}_secret_{sandbox.store.token(intent['id'], 24)}"
    sandbox.emit("payment_intent.created", intent)
    return intent


def attempt(sandbox: Sandbox, intent: Json, method: Json | None, *, present: bool) -> str:
    """Try to take a payment intent's money; return its status.

    present: whether the owner is there to confirm, as on a Checkout page.
    """
    if method is None:
        _fail(sandbox, intent, None, "no_payment_method")
        return str(intent["status"])
    sandbox.change(intent, None, payment_method=method["id"], payment_method_types=[method["type"]])
    outcome = verdict(sandbox, method, present=present)
    if outcome == "authenticate":
        _ask_owner(sandbox, intent)
    elif outcome in ("late", "late_failure"):
        _settle_later(sandbox, intent, outcome)
    elif outcome in ("succeeds", "disputed"):
        _succeed(sandbox, intent, method, disputed=outcome == "disputed")
    else:
        _fail(sandbox, intent, method, outcome)
    return str(intent["status"])


def _ask_owner(sandbox: Sandbox, intent: Json) -> None:
    url = f"{sandbox.base_url}/authenticate/{intent['id']}"
    action = {"type": "redirect_to_url", "redirect_to_url": {"url": url, "return_url": None}}
    sandbox.change(
        intent, "payment_intent.requires_action", status="requires_action", next_action=action
    )
    _tell(sandbox, intent)


def authenticate(sandbox: Sandbox, intent: Json, *, confirmed: bool) -> str:
    """Let the owner confirm, or refuse, a payment that asks for it; return its status."""
    if intent["status"] != "requires_action":
        raise invalid(f"This payment is {intent['status']}: there is nothing to confirm.")
    method = sandbox.store.get("payment_method", intent["payment_method"])
    if confirmed:
        sandbox.store.details(method["id"])["set_up"] = True
        _succeed(sandbox, intent, method)
    else:
        _fail(sandbox, intent, method, "authentication_failed")
    return str(intent["status"])


def _settle_later(sandbox: Sandbox, intent: Json, outcome: str) -> None:
    sandbox.store.details(intent["id"])["later"] = outcome
    sandbox.change(intent, "payment_intent.processing", status="processing", next_action=None)
    sandbox.clock.plan(sandbox.now + sandbox.late_by, "payment", intent["id"])
    _tell(sandbox, intent)


@falls_due("payment")
def _settle(sandbox: Sandbox, id_: str, _at: int) -> None:
    intent = sandbox.store.get("payment_intent", id_)
    if intent["status"] != "processing":
        return
    method = sandbox.store.get("payment_method", intent["payment_method"])
    if sandbox.store.details(id_)["later"] == "late":
        _succeed(sandbox, intent, method)
    else:
        _fail(sandbox, intent, method, "insufficient_funds")


def _succeed(sandbox: Sandbox, intent: Json, method: Json, *, disputed: bool = False) -> None:
    charge = new_charge(sandbox, intent, method, failure=None)
    sandbox.change(
        intent,
        None,
        amount_received=intent["amount"],
        last_payment_error=None,
        latest_charge=charge["id"],
        next_action=None,
        status="succeeded",
    )
    sandbox.emit("charge.succeeded", charge)
    sandbox.emit("payment_intent.succeeded", intent)
    if disputed:
        sandbox.clock.plan(sandbox.now + DAY, "dispute", charge["id"])
    _tell(sandbox, intent)


def _fail(sandbox: Sandbox, intent: Json, method: Json | None, why: str) -> None:
    error = declined(why).error
    error = {name: error[name] for name in ("code", "decline_code", "doc_url", "message", "type")}
    if method is None:
        error = {
            "code": "payment_intent_unexpected_state", "type": "invalid_request_error",
            "message": "There is no payment method to charge.",
        }  # fmt: skip
    else:
        charge = new_charge(sandbox, intent, method, failure=why)
        error |= {"charge": charge["id"], "payment_method": dict(method)}
        sandbox.change(intent, None, latest_charge=charge["id"])
        sandbox.emit("charge.failed", charge)
    sandbox.change(
        intent,
        "payment_intent.payment_failed",
        last_payment_error=error,
        next_action=None,
        payment_method=None,
        status="requires_payment_method",
    )
    _tell(sandbox, intent)


def _tell(sandbox: Sandbox, intent: Json) -> None:
    for function in _SETTLED:
        function(sandbox, intent)


def cancel_intent(sandbox: Sandbox, intent: Json, reason: str | None = None) -> None:
    """Give up a payment that has not been made."""
    if intent["status"] in OPEN:
        sandbox.change(
            intent, "payment_intent.canceled", status="canceled", canceled_at=sandbox.now,
            cancellation_reason=reason, next_action=None,
        )  # fmt: skip


@serves(
    PaymentIntentService.create,
    "amount confirm currency customer description metadata "
    "off_session payment_method payment_method_types receipt_email setup_future_usage",
)
def create_intent(sandbox: Sandbox, call: Call) -> Json:
    """Make a payment intent, and take its money at once if asked to."""
    params = call.params
    if params["amount"] < 1:
        raise invalid("This value must be greater than or equal to 1.", "amount",
                      "parameter_invalid_integer")  # fmt: skip
    intent = new_intent(sandbox, params["amount"], params["currency"].lower(),
                        params.get("customer"))  # fmt: skip
    for name in ("description", "receipt_email", "setup_future_usage", "metadata"):
        intent[name] = params.get(name, intent[name])
    if params.get("confirm"):
        method = resolve(sandbox, params.get("payment_method", ""))
        _confirm(sandbox, intent, method, present=not params.get("off_session"))
    return intent


def _confirm(sandbox: Sandbox, intent: Json, method: Json, *, present: bool) -> None:
    if attempt(sandbox, intent, method, present=present) == "requires_action" and not present:
        _fail(sandbox, intent, method, "authentication_required")
    if intent["status"] == "requires_payment_method":
        error = intent["last_payment_error"]
        raise declined(error["decline_code"], charge=intent["latest_charge"],
                       payment_intent=dict(intent))  # fmt: skip


@serves(PaymentIntentService.retrieve)
def retrieve_intent(sandbox: Sandbox, call: Call) -> Json:
    """Return a payment intent."""
    return sandbox.store.get("payment_intent", call.id)


@serves(PaymentIntentService.update, "description metadata receipt_email")
def update_intent(sandbox: Sandbox, call: Call) -> Json:
    """Change a payment intent's description, metadata or receipt address."""
    intent, params = sandbox.store.get("payment_intent", call.id), dict(call.params)
    params.pop("expand", None)
    if "metadata" in params:
        params["metadata"] = merged(intent["metadata"], params["metadata"])
    return sandbox.change(intent, None, **params)


@serves(PaymentIntentService.confirm, "payment_method off_session")
def confirm_intent(sandbox: Sandbox, call: Call) -> Json:
    """Take a payment intent's money."""
    intent = sandbox.store.get("payment_intent", call.id)
    if intent["status"] not in OPEN:
        raise invalid(f"This payment is {intent['status']}.", None,
                      "payment_intent_unexpected_state")  # fmt: skip
    method = resolve(sandbox, call.params.get("payment_method") or intent["payment_method"] or "")
    _confirm(sandbox, intent, method, present=not call.params.get("off_session"))
    return intent


@serves(PaymentIntentService.cancel, "cancellation_reason")
def cancel_payment_intent(sandbox: Sandbox, call: Call) -> Json:
    """Give up a payment intent."""
    intent = sandbox.store.get("payment_intent", call.id)
    cancel_intent(sandbox, intent, call.params.get("cancellation_reason"))
    return intent


@serves(PaymentIntentService.list, "customer created")
def list_intents(sandbox: Sandbox, call: Call) -> Iterable[Json]:
    """Return the payment intents, the newest first."""
    return matching(sandbox.store.all("payment_intent"), call.params, "customer")
