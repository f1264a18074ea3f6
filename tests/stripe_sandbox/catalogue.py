"""Products and prices (https://docs.stripe.com/products-prices/how-products-and-prices-work)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from stripe._price_service import PriceService
from stripe._product_service import ProductService

from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.errors import Json, invalid
from tests.stripe_sandbox.fields import matching, merged, unset_empty
from tests.stripe_sandbox.serving import Call, serves

PRODUCT_FIELDS = (
    "active description images metadata name statement_descriptor tax_code unit_label url"
)


@serves(ProductService.create, PRODUCT_FIELDS + " id type default_price_data")
def create_product(sandbox: Sandbox, call: Call) -> Json:
    """Make a product, under an id of the caller's choice if one is given."""
    params = dict(call.params)
    chosen = params.pop("id", None)
    if chosen and sandbox.store.find(chosen):
        raise invalid(f"Product already exists: {chosen}.", "id", "resource_already_exists")
    params.pop("expand", None)
    price = params.pop("default_price_data", None)
    product = _new_product(sandbox, params, chosen)
    if price:
        made = _new_price(sandbox, {**price, "product": product["id"]})
        sandbox.change(product, None, default_price=made["id"])
    return product


def _new_product(sandbox: Sandbox, params: Json, chosen: str | None = None) -> Json:
    fields: Json = {
        "active": True, "default_price": None, "description": None, "images": [],
        "marketing_features": [], "metadata": {}, "package_dimensions": None, "shippable": None,
        "statement_descriptor": None, "tax_code": None, "type": "service", "unit_label": None,
        "updated": sandbox.now, "url": None,
    }  # fmt: skip
    product = sandbox.new("product", **{**fields, **params, **({"id": chosen} if chosen else {})})
    sandbox.emit("product.created", product)
    return product


@serves(ProductService.retrieve)
def retrieve_product(sandbox: Sandbox, call: Call) -> Json:
    """Return a product."""
    return sandbox.store.get("product", call.id)


@serves(ProductService.update, PRODUCT_FIELDS + " default_price")
def update_product(sandbox: Sandbox, call: Call) -> Json:
    """Change a product."""
    product = sandbox.store.get("product", call.id)
    fields = unset_empty(call.params, *PRODUCT_FIELDS.split(), "default_price")
    if "images" in fields:
        fields["images"] = fields["images"] or []
    if "metadata" in call.params:
        fields["metadata"] = merged(product["metadata"], call.params["metadata"])
    if any(product.get(name) != value for name, value in fields.items()):
        fields["updated"] = sandbox.now
    return sandbox.change(product, "product.updated", **fields)


@serves(ProductService.list, "active ids created")
def list_products(sandbox: Sandbox, call: Call) -> Iterable[Json]:
    """Return the products, the newest first."""
    found = matching(sandbox.store.all("product"), call.params, "active")
    return [each for each in found if each["id"] in call.params.get("ids", [each["id"]])]


@serves(ProductService.delete)
def delete_product(sandbox: Sandbox, call: Call) -> Json:
    """Remove a product that has no prices."""
    product = sandbox.store.get("product", call.id)
    if any(price["product"] == call.id for price in sandbox.store.all("price")):
        raise invalid("This product cannot be deleted because it has one or more prices.")
    sandbox.store.remove(product)
    sandbox.emit("product.deleted", product)
    return {"id": call.id, "object": "product", "deleted": True}


@serves(
    PriceService.create,
    "active currency lookup_key metadata nickname product product_data recurring tax_behavior "
    "transfer_lookup_key unit_amount",
)
def create_price(sandbox: Sandbox, call: Call) -> Json:
    """Make a price of a product, which may be made with it."""
    params = dict(call.params)
    if "product_data" in params:
        params["product"] = _new_product(sandbox, params.pop("product_data"))["id"]
    if "product" not in params:
        raise invalid("You must specify either `product` or `product_data`.", "product")
    sandbox.store.get("product", params["product"], "product")
    return _new_price(sandbox, params)


def _new_price(sandbox: Sandbox, params: Json) -> Json:
    amount = params.get("unit_amount")
    if amount is None:
        message = "Prices require an `unit_amount` parameter to be set."
        raise invalid(message, "unit_amount", "parameter_missing")
    if amount < 0:
        raise invalid("Invalid non-negative integer", "unit_amount", "parameter_invalid_integer")
    key = params.get("lookup_key")
    if key is not None:
        _give_lookup_key(sandbox, key, transfer=params.get("transfer_lookup_key", False))
    recurring = params.get("recurring")
    price = sandbox.new(
        "price",
        active=params.get("active", True),
        billing_scheme="per_unit",
        currency=params["currency"].lower(),
        custom_unit_amount=None,
        lookup_key=key,
        metadata=params.get("metadata", {}),
        nickname=params.get("nickname"),
        product=params["product"],
        recurring=_recurring(recurring) if recurring else None,
        tax_behavior=params.get("tax_behavior", "unspecified"),
        tiers_mode=None,
        transform_quantity=None,
        type="recurring" if recurring else "one_time",
        unit_amount=amount,
        unit_amount_decimal=str(amount),
    )
    sandbox.emit("price.created", price)
    return price


def _recurring(sent: Json) -> Json:
    count = sent.get("interval_count", 1)
    longest = {"day": 1095, "week": 156, "month": 36, "year": 3}[sent["interval"]]
    if not 1 <= count <= longest:
        raise invalid("The billing interval can be three years at most.",
                      "recurring[interval_count]")  # fmt: skip
    return {"interval": sent["interval"], "interval_count": count, "meter": None,
            "trial_period_days": None, "usage_type": "licensed"}  # fmt: skip


def _give_lookup_key(sandbox: Sandbox, key: str, *, transfer: bool) -> None:
    """Make a lookup key free; a price that has it keeps it unless it is to be transferred.

    https://docs.stripe.com/products-prices/manage-prices#lookup-keys
    """
    holder = next((p for p in sandbox.store.all("price") if p["lookup_key"] == key), None)
    if holder is None:
        return
    if not transfer:
        message = (
            f"A price (`{holder['id']}`) already uses that lookup key. "
            "You can transfer it with `transfer_lookup_key`."
        )
        raise invalid(message, "lookup_key", "resource_already_exists")
    sandbox.change(holder, "price.updated", lookup_key=None)


@serves(PriceService.retrieve)
def retrieve_price(sandbox: Sandbox, call: Call) -> Json:
    """Return a price."""
    return sandbox.store.get("price", call.id)


@serves(PriceService.update, "active lookup_key metadata nickname tax_behavior transfer_lookup_key")
def update_price(sandbox: Sandbox, call: Call) -> Json:
    """Change what may change of a price: never its amount, currency or interval."""
    price, params = sandbox.store.get("price", call.id), call.params
    fields: dict[str, Any] = unset_empty(params, "active", "lookup_key", "nickname", "tax_behavior")
    key = fields.get("lookup_key")
    if key is not None and key != price["lookup_key"]:
        _give_lookup_key(sandbox, key, transfer=params.get("transfer_lookup_key", False))
    if "metadata" in params:
        fields["metadata"] = merged(price["metadata"], params["metadata"])
    return sandbox.change(price, "price.updated", **fields)


@serves(PriceService.list, "active created currency lookup_keys product recurring type")
def list_prices(sandbox: Sandbox, call: Call) -> Iterable[Json]:
    """Return the prices, the newest first."""
    params = call.params
    found = matching(sandbox.store.all("price"), params, "active", "currency", "product", "type")
    keys = params.get("lookup_keys")
    interval = params.get("recurring", {}).get("interval")
    return [
        price
        for price in found
        if (keys is None or price["lookup_key"] in keys)
        and (interval is None or (price["recurring"] or {}).get("interval") == interval)
    ]
