"""What is answered, as the schema describes it."""

from rest_framework import serializers

from paywall.catalog.terms import Interval
from paywall.entitlements.models import Source
from paywall.gate.decision import Outcome
from paywall.gate.wall import Offer


class More(serializers.Serializer):
    text = serializers.CharField()
    address = serializers.URLField()


class OfferAnswer(serializers.Serializer):
    name = serializers.ChoiceField([offer.value for offer in Offer])
    title = serializers.CharField()
    text = serializers.CharField(allow_blank=True)
    action = serializers.CharField(help_text="What the link or button says.")
    address = serializers.URLField(help_text="The paper’s own page for it.")
    more = More(required=False, help_text="A second way, beside the first.")


class AccessAnswer(serializers.Serializer):
    story = serializers.CharField()
    opens = serializers.BooleanField(
        help_text="Show the text. After a look, `metered` with false: opening will spend one."
    )
    outcome = serializers.ChoiceField([outcome.value for outcome in Outcome])
    spent = serializers.BooleanField(help_text="Whether this call counted one.")
    allowance = serializers.IntegerField(allow_null=True, help_text="Null: nothing is counted.")
    remaining = serializers.IntegerField(allow_null=True)
    resets_at = serializers.DateTimeField(
        allow_null=True, help_text="When the next allowance begins, in the newspaper’s zone."
    )
    time_zone = serializers.CharField()
    offers = OfferAnswer(many=True)
    max_age_s = serializers.IntegerField(help_text="For how many seconds the answer may be kept.")


class RegisteredAnswer(serializers.Serializer):
    story = serializers.CharField()
    access = serializers.CharField()
    section = serializers.CharField()
    title = serializers.CharField()
    address = serializers.URLField()


class MeterAnswer(serializers.Serializer):
    allowance = serializers.IntegerField()
    used = serializers.IntegerField()
    remaining = serializers.IntegerField()
    resets_at = serializers.DateTimeField()
    time_zone = serializers.CharField()


class EntitlementAnswer(serializers.Serializer):
    source = serializers.ChoiceField(Source.choices)
    everything = serializers.BooleanField()
    sections = serializers.ListField(child=serializers.CharField())
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(allow_null=True, help_text="Null: until withdrawn.")


class SubscriptionAnswer(serializers.Serializer):
    package = serializers.CharField()
    price = serializers.UUIDField()
    text = serializers.CharField(help_text="Such as “€12.00 a month”.")
    status = serializers.CharField()
    open = serializers.BooleanField()
    period_ends_at = serializers.DateTimeField()
    cancels_at = serializers.DateTimeField(allow_null=True)


class PrintAnswer(serializers.Serializer):
    publication = serializers.CharField(allow_blank=True)
    number = serializers.CharField(help_text="Masked.")
    status = serializers.CharField()
    opens = serializers.BooleanField()
    until = serializers.DateTimeField(allow_null=True)
    holder = serializers.BooleanField()


class MeAnswer(serializers.Serializer):
    reader = serializers.UUIDField()
    email = serializers.EmailField(required=False, help_text="To readers themselves only.")
    entitlements = EntitlementAnswer(many=True)
    meter = MeterAnswer()
    subscription = SubscriptionAnswer(allow_null=True)
    print_accounts = PrintAnswer(many=True)


class PriceAnswer(serializers.Serializer):
    id = serializers.UUIDField()
    interval = serializers.ChoiceField([interval.value for interval in Interval])
    amount = serializers.IntegerField(help_text="In the currency’s smallest unit.")
    currency = serializers.CharField()
    trial_days = serializers.IntegerField()
    intro_amount = serializers.IntegerField(allow_null=True)
    intro_months = serializers.IntegerField(allow_null=True)
    opens_for_days = serializers.IntegerField(allow_null=True)
    text = serializers.CharField(help_text="Such as “€12.00 a month”.")
    beginning = serializers.CharField(allow_blank=True)
    renewal = serializers.CharField(help_text="What is paid when, and how to cancel: show it.")
    terms = serializers.CharField(help_text="To be sent back with the checkout as it is.")


class PackageAnswer(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    slug = serializers.CharField()
    blurb = serializers.CharField(allow_blank=True)
    everything = serializers.BooleanField()
    sections = serializers.ListField(child=serializers.CharField())
    order_form = serializers.CharField(allow_blank=True)
    prices = PriceAnswer(many=True)


class CheckoutAnswer(serializers.Serializer):
    address = serializers.URLField(help_text="Stripe’s page: send the reader there.")


class PrintActivationAnswer(serializers.Serializer):
    active = serializers.BooleanField()
    text = serializers.CharField()
    number = serializers.CharField(help_text="Masked.")


class SiteReaderAnswer(serializers.Serializer):
    reader = serializers.UUIDField()
    since = serializers.DateTimeField()


class ProblemField(serializers.Serializer):
    field = serializers.CharField()
    detail = serializers.CharField()


class DeskAnswer(serializers.Serializer):
    phone = serializers.CharField(allow_blank=True)
    hours = serializers.CharField(allow_blank=True)


class ProblemAnswer(serializers.Serializer):
    """RFC 9457."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="What to do about it.")
    errors = ProblemField(many=True, required=False)
    why = serializers.CharField(required=False, help_text="Of a conflict, in one word.")
    terms = serializers.CharField(required=False, help_text="What a price asks now.")
    again_at = serializers.DateTimeField(required=False, help_text="When to try again.")
    help = serializers.URLField(required=False, help_text="The paper’s page that helps on.")
    desk = DeskAnswer(required=False, help_text="Whom the reader can ring.")
