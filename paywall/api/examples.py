"""One request to each address and its answer, for the schema; the tests make every one of them."""

from dataclasses import dataclass, field
from typing import Any

READER = "5f0f7b9c-6a6e-4c55-9d5c-2f6d3e1f0a11"
PRICE = "0b8c4f7e-3c0d-4a43-8f5e-7d1a9f2b6c22"
PACKAGE = "7c1d2e3f-4a5b-4c6d-8e9f-0a1b2c3d4e33"
TERMS = "month 1200 EUR 0 - - -"
FACTS = {
    "access": "metered",
    "section": "news",
    "title": "The harbour wall will be raised",
    "address": "https://other.example/harbour-wall",
}
PAPER = "https://paper.example"


@dataclass(frozen=True)
class Example:
    """A request and its answer. `key`: a site's server asks, else a reader."""

    operation: str
    name: str
    method: str
    path: str
    answer: dict[str, Any]
    status: int = 200
    body: dict[str, Any] | None = None
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    key: bool = True


def _access(outcome: str, *, opens: bool = False, **more: Any) -> dict[str, Any]:
    return {
        "story": "harbour-wall",
        "opens": opens,
        "outcome": outcome,
        "spent": False,
        "allowance": None,
        "remaining": None,
        "resets_at": None,
        "time_zone": "UTC",
        "offers": [],
        "max_age_s": 60,
        **more,
    }


COUNTED: dict[str, Any] = {"allowance": 7, "resets_at": "2026-12-01T00:00:00+00:00"}
OFFERS = [
    {
        "name": "account",
        "title": "Start a free account",
        "text": "7 premium stories every month for free.",
        "action": "Start with your email",
        "address": f"{PAPER}/accounts/signup/",
    },
    {
        "name": "subscribe",
        "title": "Subscribe now",
        "text": "Choose a package that suits your preferences. From €12.00 a month.",
        "action": "See the packages",
        "address": f"{PAPER}/subscribe/",
    },
    {
        "name": "subscriber",
        "title": "Already a subscriber?",
        "text": "",
        "action": "Sign in",
        "address": f"{PAPER}/accounts/login/",
        "more": {
            "text": "I get the printed paper: turn on my digital access",
            "address": f"{PAPER}/activate/",
        },
    },
]
PACKAGES = {
    "next": None,
    "previous": None,
    "results": [
        {
            "id": PACKAGE,
            "name": "Everything",
            "slug": "everything",
            "blurb": "Every story, every day.",
            "everything": True,
            "sections": [],
            "order_form": "",
            "prices": [
                {
                    "id": PRICE,
                    "interval": "month",
                    "amount": 1200,
                    "currency": "EUR",
                    "trial_days": 0,
                    "intro_amount": None,
                    "intro_months": None,
                    "opens_for_days": None,
                    "text": "€12.00 a month",
                    "beginning": "",
                    "renewal": "You pay €12.00 today. It renews every month at that price, next "
                    "on 14 December 2026, until you cancel. Cancel whenever you like on your "
                    "account page, in two clicks: you read on until the time you paid for is over.",
                    "terms": TERMS,
                }
            ],
        }
    ],
}
ME: dict[str, Any] = {
    "reader": READER,
    "entitlements": [],
    "meter": {
        "allowance": 7,
        "used": 0,
        "remaining": 7,
        "resets_at": "2026-12-01T00:00:00+00:00",
        "time_zone": "UTC",
    },
    "subscription": None,
    "print_accounts": [],
}
ACCESS = "stories/harbour-wall/access/"

EXAMPLES = [
    Example("register_story", "A new story", "PUT", "stories/harbour-wall/",
            {"story": "harbour-wall", **FACTS}, status=201, body=FACTS),
    Example("look", "A reader with an account", "GET", ACCESS,
            _access("metered", **COUNTED, remaining=7, max_age_s=0), query={"reader": READER}),
    Example("look", "A stranger", "GET", ACCESS, _access("sign_in", offers=OFFERS)),
    Example("open", "One of seven", "POST", ACCESS,
            _access("metered", opens=True, **COUNTED, remaining=6, spent=True, max_age_s=300),
            body={"reader": READER, "story": FACTS}, headers={"Idempotency-Key": "page-view-1"}),
    Example("me", "A reader without rights", "GET", "me/", ME, query={"reader": READER}),
    Example("export", "The reader asks", "GET", "me/export/",
            {"newspaper": "The Brackwater Gazette"}, key=False),
    Example("packages", "One package", "GET", "packages/", PACKAGES),
    Example("checkout", "To Stripe’s page", "POST", "checkout/",
            {"address": "https://checkout.stripe.com/c/pay/cs_test_example"},
            body={"reader": READER, "price": PRICE, "terms": TERMS,
                  "return_to": "https://other.example/harbour-wall"}),
    Example("activate_print", "By account number", "POST", "print-activations/",
            {"active": True, "text": "Your digital access is on.", "number": "•••456"},
            body={"reader": READER, "number": "00123456", "last_name": "Smith",
                  "postal_code": "96813", "network": "192.0.2.7"}),
    Example("readers", "One reader", "GET", "readers/",
            {"next": None, "previous": None,
             "results": [{"reader": READER, "since": "2026-11-14T12:00:00Z"}]}),
    Example("introduce_reader", "A reader who signed in", "POST", "readers/",
            {"reader": READER, "since": "2026-11-14T12:00:00Z"},
            body={"session_token": "the-readers-own-token"}),
    Example("forget_reader", "A reader who left", "DELETE", f"readers/{READER}/", {}, status=204),
]  # fmt: skip
