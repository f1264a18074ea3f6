"""What may be sent. Unknown fields are refused, so that no typing mistake is believed."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from rest_framework import serializers

from accounts.adapter import NOT_IN_ADDRESSES
from paywall.api.problems import KeyNeeded
from paywall.catalog.sections import sections_in_order
from paywall.catalog.story import ACCESS_CHOICES, Access, Story
from paywall.sites.models import ApiSite

FACTS = ("access", "section", "title", "address")
FACTS_NEED_A_KEY = (
    "What a story is comes from a site’s server alone: leave it out, or send a server key."
)


class Asked(serializers.Serializer):
    """Refuses fields that it does not know, and names those that it does."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            known = ", ".join(self.fields) or "none"
            wrong = {
                str(name): [f"There is no such field here; there are: {known}."]
                for name in data
                if name not in self.fields
            }
            if wrong:
                raise serializers.ValidationError(wrong)
        return super().to_internal_value(data)


class StoryFacts(Asked):
    """What the gate has to know of a story that is kept elsewhere; never its text."""

    access = serializers.ChoiceField(ACCESS_CHOICES, help_text="Who it is for.")
    section = serializers.SlugField(max_length=60, help_text="The slug of a section of the paper.")
    title = serializers.CharField(max_length=300)
    address = serializers.URLField(max_length=500, help_text="Its page, on the site’s own origin.")

    def validate_section(self, value: str) -> str:
        known = [section.slug for section in sections_in_order()]
        if value not in known:
            raise serializers.ValidationError(
                f"There is no section {value}; there are: {', '.join(known)}."
            )
        return value


class Named(Asked):
    """Whom a server asks for."""

    reader = serializers.UUIDField(
        required=False, help_text="Server keys only: the reader’s public id."
    )
    visitor = serializers.CharField(
        required=False,
        max_length=100,
        help_text="Server keys only: the site’s own id of somebody who is not signed in.",
    )


class Look(Named):
    """What a look asks; the facts go together, and come from server keys only."""

    access = serializers.ChoiceField(ACCESS_CHOICES, required=False)
    section = serializers.SlugField(max_length=60, required=False)
    title = serializers.CharField(max_length=300, required=False)
    address = serializers.URLField(max_length=500, required=False)


class Open(Named):
    """What opening asks."""

    story = StoryFacts(required=False, help_text="Server keys only; else as registered before.")


class ReaderNamed(Asked):
    """Whom a server asks for; readers ask for themselves."""

    reader = serializers.UUIDField(
        required=False, help_text="Server keys only: the reader’s public id."
    )


class Checkout(ReaderNamed):
    """What a reader wants to pay, as it was shown to them."""

    price = serializers.UUIDField(help_text="The id of a price, from /api/v1/packages/.")
    terms = serializers.CharField(
        max_length=100, help_text="The terms that the reader was shown, from /api/v1/packages/."
    )
    return_to = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=500,
        help_text="Where the reader goes afterwards: a path of the paper’s own, or an address of "
        "the site, or of an origin that may ask from a browser.",
    )


class PrintActivation(ReaderNamed):
    """What a print subscriber types: with the account number at hand, or without."""

    way = serializers.ChoiceField(["number", "phone"], default="number")
    number = serializers.CharField(required=False, allow_blank=True, max_length=60)
    last_name = serializers.CharField(allow_blank=True, required=False, max_length=80)
    postal_code = serializers.CharField(required=False, allow_blank=True, max_length=16)
    house_number = serializers.CharField(required=False, allow_blank=True, max_length=40)
    phone = serializers.CharField(required=False, allow_blank=True, max_length=30)
    network = serializers.IPAddressField(
        required=False,
        help_text="Server keys only, and needed there: the address that the reader comes from.",
    )


class Introduction(Asked):
    """The reader’s own token, which shows that they signed in through this site."""

    session_token = serializers.CharField(max_length=100)


class NothingAsked(Asked):
    """No fields."""


@cache
def _asked(kind: type[Asked]) -> Asked:
    """Return the one that looks at everything: making the fields takes longer than their use."""
    return kind()


def checked(kind: type[Asked], data: Any) -> dict[str, Any]:
    """Return what was sent. Raises ValidationError, which names every field that is wrong."""
    values: dict[str, Any] = _asked(kind).run_validation(data)  # type: ignore[arg-type]
    return values


def facts_in_query(values: dict[str, Any]) -> dict[str, Any] | None:
    """Return the facts of a look, or None where none came. Raises ValidationError for some."""
    facts = {name: values[name] for name in FACTS if name in values}
    return checked(StoryFacts, facts) if facts else None


def story_from(
    key: str, facts: dict[str, Any] | None, site: ApiSite | None, *, within: str = ""
) -> Story | None:
    """Return the story that a server's facts make, or None without any.

    Raises KeyNeeded for those of anybody else: a browser that says a story is free is not
    believed. ValidationError where it is at another site; `within` is the field they came in.
    """
    if facts is None:
        return None
    if site is None:
        raise KeyNeeded(FACTS_NEED_A_KEY, field="story")
    if not site.has(facts["address"]):
        wrong: dict[str, Any] = {"address": [f"The site’s addresses begin with {site.origin}/."]}
        raise serializers.ValidationError({within: wrong} if within else wrong)
    access = Access(facts["access"])
    return Story(key, access, facts["section"], facts["title"], facts["address"])


def way_back(address: str, site: ApiSite | None) -> str:
    """Return where somebody may be sent after paying. Raises ValidationError for anywhere else."""
    allowed = [*settings.CORS_ALLOWED_ORIGINS, *([site.origin] if site else [])]
    elsewhere = any(address == each or address.startswith(f"{each}/") for each in allowed)
    clean = not NOT_IN_ADDRESSES.search(address)
    if not address or (clean and (elsewhere or _is_own_path(address))):
        return address
    raise serializers.ValidationError(
        {"return_to": [f"Send a path, or an address below: {', '.join(allowed) or 'no other'}."]}
    )


def _is_own_path(address: str) -> bool:
    return address.startswith("/") and bool(get_adapter().is_safe_url(address))
