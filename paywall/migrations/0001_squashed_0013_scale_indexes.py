import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import paywall.circulation.states
import uuid
from django.conf import settings
from django.db import migrations, models

from accounts.building import CreateModels


NAMES = {  # of constraints that PostgreSQL would call otherwise, were they there from the first
    "paywall_package": ("public_id_key", "public_id_2d336177_uniq"),
    "paywall_price": ("public_id_key", "public_id_d4365731_uniq"),
}


def name_as_upgrading_does(apps, schema_editor):
    """Call the constraints what they are called where they were added later."""
    if schema_editor.connection.vendor == "postgresql":
        for table, (name, later) in NAMES.items():
            schema_editor.execute(
                f"ALTER TABLE {table} RENAME CONSTRAINT {table}_{name} TO {table}_{later}"
            )


def make_house_rule(apps, schema_editor):
    """The rule for the whole paper, so that staff find it where they change it."""
    rules = apps.get_model("paywall", "MeterRule").objects
    rules.using(schema_editor.connection.alias).get_or_create(section=None)


class Migration(migrations.Migration):

    replaces = [
        ('paywall', '0001_initial'),
        ('paywall', '0002_house_rule'),
        ('paywall', '0003_public_ids'),
        ('paywall', '0004_catalogue_terms'),
        ('paywall', '0005_payments'),
        ('paywall', '0006_circulation'),
        ('paywall', '0007_closed_accounts'),
        ('paywall', '0008_staff_and_api'),
        ('paywall', '0009_scale'),
        ('paywall', '0010_bytes'),
        ('paywall', '0011_cancelled_by'),
        ('paywall', '0012_scale_figures'),
        ('paywall', '0013_scale_indexes'),
    ]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels([
            migrations.CreateModel(
                name='Section',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=60)),
                    ('slug', models.SlugField(max_length=60, unique=True)),
                    ('order', models.PositiveSmallIntegerField(default=0, help_text='Small numbers come first.')),
                    ('access', models.CharField(choices=[('free', 'Free'), ('metered', 'Metered'), ('subscribers', 'Subscribers only')], default='metered', help_text='For stories that do not say otherwise themselves.', max_length=16, verbose_name='stories are')),
                ],
                options={
                    'ordering': ('order', 'name'),
                },
            ),
            migrations.CreateModel(
                name='Meter',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('period', models.DateField(help_text='First day of the month that `used` counts.')),
                    ('used', models.PositiveIntegerField(default=0)),
                    ('merged_into', models.ForeignKey(blank=True, help_text="A stranger's meter: whose stories these became at signing in.", null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='paywall.meter')),
                ],
            ),
            migrations.CreateModel(
                name='Package',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=80)),
                    ('slug', models.SlugField(max_length=60, unique=True)),
                    ('blurb', models.CharField(blank=True, help_text='One sentence, for readers.', max_length=300)),
                    ('everything', models.BooleanField(default=True, verbose_name='opens everything')),
                    ('order', models.PositiveSmallIntegerField(default=0, help_text='Small numbers come first.')),
                    ('listed', models.BooleanField(default=True, help_text='Shown to readers.')),
                    ('sections', models.ManyToManyField(blank=True, help_text='Unless it opens everything.', related_name='packages', to='paywall.section')),
                    ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('order_form', models.URLField(blank=True, help_text='A print package: where the circulation department takes orders. It has no prices here.')),
                    ('picture', models.ImageField(blank=True, height_field='picture_height', help_text='Shown above the name; it says nothing that the name and the sentence do not.', upload_to='packages', width_field='picture_width')),
                    ('picture_height', models.PositiveIntegerField(blank=True, editable=False, null=True)),
                    ('picture_width', models.PositiveIntegerField(blank=True, editable=False, null=True)),
                ],
                options={
                    'ordering': ('order', 'name'),
                    'permissions': (('manage_promotions', 'Can make promotion codes and switch them off'),),
                },
            ),
            migrations.CreateModel(
                name='MeteredRead',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('period', models.DateField()),
                    ('story_key', models.CharField(max_length=200)),
                    ('opened_at', models.DateTimeField(db_index=True)),
                    ('title', models.CharField(max_length=300)),
                    ('address', models.CharField(max_length=500)),
                    ('meter', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reads', to='paywall.meter')),
                    ('given_back', models.BooleanField(db_default=False, default=False, help_text='Staff gave it back: it counts no more.')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('meter', 'period', 'story_key'), name='story_counts_once_a_period')],
                },
            ),
            migrations.CreateModel(
                name='MeterKey',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('reader', 'Reader'), ('mailbox', 'Mailbox, hashed'), ('stranger', "Stranger's cookie, hashed"), ('site', "A site's own id")], max_length=8)),
                    ('value', models.CharField(max_length=128)),
                    ('meter', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='keys', to='paywall.meter')),
                    ('reader', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('kind', 'value'), name='meter_key_once'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'reader'), ('reader__isnull', False)), models.Q(models.Q(('kind', 'reader'), _negated=True), ('reader__isnull', True)), _connector='OR'), name='meter_key_of_a_reader_names_the_reader')],
                },
            ),
            migrations.CreateModel(
                name='Price',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('interval', models.CharField(choices=[('day', 'every day'), ('week', 'every week'), ('month', 'every month'), ('year', 'every year'), ('once', 'once')], default='month', max_length=8, verbose_name='paid')),
                    ('amount', models.PositiveIntegerField(help_text='In the smallest unit: 1200 is 12.00.', validators=[django.core.validators.MinValueValidator(1)])),
                    ('currency', models.CharField(default='USD', help_text='ISO 4217.', max_length=3, validators=[django.core.validators.RegexValidator('^[A-Z]{3}$', 'Three capital letters, such as USD.')])),
                    ('package', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='prices', to='paywall.package')),
                    ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('opens_for_days', models.PositiveSmallIntegerField(blank=True, help_text='A pass, paid once: how long it opens stories.', null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='opens for days')),
                    ('first_sold_at', models.DateTimeField(editable=False, null=True)),
                    ('intro_amount', models.PositiveIntegerField(blank=True, help_text='What each payment costs at the beginning, in the smallest unit.', null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='introductory amount')),
                    ('intro_months', models.PositiveSmallIntegerField(blank=True, help_text='How long the introductory amount is paid; whole years for a yearly price.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(36)], verbose_name='for months')),
                    ('retired_at', models.DateTimeField(editable=False, help_text='Not sold since then; who has it keeps it.', null=True)),
                    ('trial_days', models.PositiveSmallIntegerField(default=0, help_text='Days that are free at the beginning.', validators=[django.core.validators.MaxValueValidator(730)])),
                ],
                options={
                    'ordering': ('package', 'amount', 'pk'),
                    'constraints': [models.UniqueConstraint(condition=models.Q(('retired_at', None)), fields=('package', 'interval', 'currency'), name='price_once_per_interval', violation_error_message='The package has a price of this interval and currency already: change that one, or archive it first.'), models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='price_asks_something', violation_error_message='The amount has to be above 0.'), models.CheckConstraint(condition=models.Q(models.Q(('intro_amount', None), ('intro_months', None)), models.Q(('intro_amount__gt', 0), ('intro_amount__isnull', False), ('intro_amount__lt', models.F('amount')), ('intro_months__gt', 0), ('intro_months__isnull', False)), _connector='OR'), name='price_intro_is_whole', violation_error_message='An introductory offer has an amount above 0 and below the usual one, and a number of months.'), models.CheckConstraint(condition=models.Q(('trial_days', 0), ('intro_amount', None), _connector='OR'), name='price_trial_or_intro', violation_error_message='A price begins with free days or with an introductory offer, not with both.'), models.CheckConstraint(condition=models.Q(models.Q(('interval', 'once'), _negated=True), models.Q(('intro_amount', None), ('trial_days', 0)), _connector='OR'), name='price_pass_is_plain', violation_error_message='A pass is paid once: it has no free days and no introductory offer.'), models.CheckConstraint(condition=models.Q(models.Q(('interval', 'once'), ('opens_for_days__gt', 0), ('opens_for_days__isnull', False)), models.Q(models.Q(('interval', 'once'), _negated=True), ('opens_for_days', None)), _connector='OR'), name='price_pass_has_its_days', violation_error_message='A pass, paid once, says for how many days it opens stories; other prices do not.'), models.CheckConstraint(condition=models.Q(models.Q(('interval', 'year'), _negated=True), ('intro_months', None), ('intro_months__in', [12, 24, 36]), _connector='OR'), name='price_yearly_intro_in_years', violation_error_message='The introductory offer of a yearly price lasts 12, 24 or 36 months.')],
                },
            ),
            migrations.CreateModel(
                name='MeterRule',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('allowance', models.PositiveSmallIntegerField(default=7, help_text='Stories a month for a free account. Compared with all stories opened.')),
                    ('strangers_allowance', models.PositiveSmallIntegerField(default=0, help_text='Stories a month without an account.')),
                    ('section', models.ForeignKey(blank=True, help_text='Empty: the whole paper.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='paywall.section')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(django.db.models.functions.comparison.Coalesce('section', models.Value(0)), name='meter_rule_once_per_section', violation_error_message='There is a rule for this already: change that one.')],
                },
            ),
            migrations.CreateModel(
                name='Entitlement',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('source', models.CharField(choices=[('subscription', 'Subscription'), ('purchase', 'Pass'), ('print', 'Printed paper'), ('courtesy', 'Courtesy')], max_length=16)),
                    ('everything', models.BooleanField(default=True, verbose_name='opens everything')),
                    ('starts_at', models.DateTimeField()),
                    ('ends_at', models.DateTimeField(blank=True, help_text='Empty: until withdrawn.', null=True)),
                    ('reader', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='entitlements', to=settings.AUTH_USER_MODEL)),
                    ('sections', models.ManyToManyField(blank=True, help_text='Unless it opens everything.', related_name='+', to='paywall.section')),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(('ends_at', None), ('ends_at__gte', models.F('starts_at')), _connector='OR'), name='entitlement_ends_after_it_starts')],
                },
            ),
            migrations.CreateModel(
                name='Publication',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('package', 'package'), ('price', 'price'), ('offer', 'introductory offer')], max_length=8)),
                    ('stripe_id', models.CharField(max_length=255)),
                    ('told', models.JSONField(help_text='The fields and their values, in our words.')),
                    ('published_at', models.DateTimeField()),
                    ('package', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='publications', to='paywall.package')),
                    ('price', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='publications', to='paywall.price')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(condition=models.Q(('kind', 'package')), fields=('package',), name='package_published_once'), models.UniqueConstraint(condition=models.Q(('kind', 'package'), _negated=True), fields=('price', 'kind'), name='price_and_offer_published_once'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'package'), ('price', None)), models.Q(models.Q(('kind', 'package'), _negated=True), ('price__isnull', False)), _connector='OR'), name='publication_names_its_price')],
                },
            ),
            migrations.CreateModel(
                name='Customer',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('stripe_id', models.CharField(max_length=255, null=True, unique=True)),
                    ('email', models.EmailField(blank=True, max_length=254)),
                    ('created_at', models.DateTimeField()),
                    ('ticket', models.PositiveBigIntegerField(default=0, editable=False)),
                    ('reader', models.OneToOneField(help_text='Empty: the account was closed, its invoices stay.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='customer', to=settings.AUTH_USER_MODEL)),
                    ('closed_at', models.DateTimeField(help_text='When the account was closed: what is paid after that is given back.', null=True)),
                ],
            ),
            migrations.CreateModel(
                name='Concern',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('dispute', 'A payment is disputed'), ('double', 'Two subscriptions run at once'), ('foreign_price', 'A subscription has a price that is not ours'), ('not_cancelled', 'A subscription could not be cancelled at Stripe')], max_length=16)),
                    ('key', models.CharField(max_length=255, unique=True)),
                    ('text', models.TextField()),
                    ('raised_at', models.DateTimeField()),
                    ('settled_at', models.DateTimeField(blank=True, help_text='Empty: still open.', null=True)),
                    ('customer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='concerns', to='paywall.customer')),
                ],
                options={
                    'ordering': ('-raised_at',),
                },
            ),
            migrations.CreateModel(
                name='Purchase',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('stripe_id', models.CharField(max_length=255, unique=True)),
                    ('recorded_ticket', models.PositiveBigIntegerField(default=0, editable=False)),
                    ('recorded_at', models.DateTimeField(db_index=True, editable=False, null=True)),
                    ('payment_intent', models.CharField(blank=True, db_index=True, max_length=255)),
                    ('currency', models.CharField(max_length=3)),
                    ('amount', models.IntegerField()),
                    ('amount_refunded', models.IntegerField(default=0)),
                    ('ordered_at', models.DateTimeField()),
                    ('paid_at', models.DateTimeField(null=True)),
                    ('refunded_at', models.DateTimeField(null=True)),
                    ('disputed_at', models.DateTimeField(null=True)),
                    ('failed', models.BooleanField(default=False, help_text='The payment came to nothing.')),
                    ('receipt', models.URLField(blank=True, max_length=1000)),
                    ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='purchases', to='paywall.customer')),
                    ('entitlement', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='purchase', to='paywall.entitlement')),
                    ('price', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='purchases', to='paywall.price')),
                    ('refunds', models.JSONField(default=list, help_text='When and how much, each time.')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='Reconciliation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('events', 'Events that we missed'), ('everything', 'Subscriptions, customers and prices')], max_length=12)),
                    ('began_at', models.DateTimeField()),
                    ('ended_at', models.DateTimeField(null=True)),
                    ('looked_at', models.PositiveIntegerField(default=0)),
                    ('differences', models.JSONField(default=list, help_text='Sentences.')),
                    ('error', models.TextField(blank=True)),
                ],
                options={
                    'ordering': ('-began_at',),
                    'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('kind',), name='one_comparison_at_a_time')],
                },
            ),
            migrations.CreateModel(
                name='StripeEvent',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('stripe_id', models.CharField(max_length=255, unique=True)),
                    ('type', models.CharField(max_length=80)),
                    ('happened_at', models.DateTimeField()),
                    ('customer_id', models.CharField(blank=True, max_length=255)),
                    ('object', models.JSONField(help_text='The names in it that say what to fetch.')),
                    ('received_at', models.DateTimeField()),
                    ('handled_at', models.DateTimeField(null=True)),
                    ('given_up_at', models.DateTimeField(help_text='Failed too often: staff look at it.', null=True)),
                    ('outcome', models.CharField(blank=True, max_length=80)),
                    ('tries', models.PositiveSmallIntegerField(default=0)),
                    ('next_try_at', models.DateTimeField()),
                    ('error', models.TextField(blank=True)),
                ],
                options={
                    'indexes': [models.Index(condition=models.Q(('given_up_at', None), ('handled_at', None)), fields=['next_try_at'], name='stripe_event_due'), models.Index(fields=['happened_at'], name='stripe_event_happened'), models.Index(fields=['customer_id'], name='stripe_event_customer'), models.Index(condition=models.Q(('given_up_at__isnull', False), ('handled_at', None)), fields=['given_up_at'], name='stripe_event_given_up')],
                },
            ),
            migrations.CreateModel(
                name='Subscription',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('stripe_id', models.CharField(max_length=255, unique=True)),
                    ('recorded_ticket', models.PositiveBigIntegerField(default=0, editable=False)),
                    ('recorded_at', models.DateTimeField(db_index=True, editable=False, null=True)),
                    ('status', models.CharField(choices=[('trialing', 'Trial'), ('active', 'Active'), ('past_due', 'Past due'), ('unpaid', 'Unpaid'), ('paused', 'Paused'), ('incomplete', 'First payment outstanding'), ('incomplete_expired', 'Never paid'), ('canceled', 'Ended')], max_length=24)),
                    ('started_at', models.DateTimeField()),
                    ('period_starts_at', models.DateTimeField()),
                    ('period_ends_at', models.DateTimeField()),
                    ('trial_ends_at', models.DateTimeField(null=True)),
                    ('discount_ends_at', models.DateTimeField(help_text='When the introductory offer or promotion is over.', null=True)),
                    ('cancels_at', models.DateTimeField(null=True)),
                    ('ended_at', models.DateTimeField(null=True)),
                    ('unpaid_since', models.DateTimeField(null=True)),
                    ('next_price_at', models.DateTimeField(null=True)),
                    ('price_since', models.DateTimeField(help_text='When the price of today began.')),
                    ('card_brand', models.CharField(blank=True, max_length=32)),
                    ('card_last4', models.CharField(blank=True, max_length=4)),
                    ('card_ends_date', models.DateField(help_text='First day that the card is invalid.', null=True)),
                    ('reason', models.CharField(blank=True, max_length=24)),
                    ('opens_until', models.DateTimeField(null=True)),
                    ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='subscriptions', to='paywall.customer')),
                    ('entitlement', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='subscription', to='paywall.entitlement')),
                    ('next_price', models.ForeignKey(help_text='Switches to it then.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='paywall.price')),
                    ('price', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='subscriptions', to='paywall.price')),
                    ('cancel_feedback', models.CharField(blank=True, help_text="The reader's own.", max_length=40)),
                    ('cancel_reason', models.CharField(blank=True, help_text="In Stripe's words.", max_length=40)),
                    ('cancelled_by', models.CharField(blank=True, choices=[('reader', 'Reader'), ('staff', 'Staff'), ('paper', 'By itself')], db_default='', default='', help_text='Who chose that it ends. Empty: nobody, or somebody at Stripe.', max_length=8)),
                ],
                options={
                    'indexes': [models.Index(fields=['customer', 'status'], name='paywall_sub_custome_5edddf_idx'), models.Index(condition=models.Q(('price_since__gt', models.F('started_at')), ('status__in', ['unpaid', 'paused']), _connector='OR'), fields=['id'], name='subscription_one_by_one')],
                },
            ),
            migrations.CreateModel(
                name='Invoice',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('stripe_id', models.CharField(max_length=255, unique=True)),
                    ('recorded_ticket', models.PositiveBigIntegerField(default=0, editable=False)),
                    ('recorded_at', models.DateTimeField(db_index=True, editable=False, null=True)),
                    ('number', models.CharField(blank=True, max_length=64)),
                    ('status', models.CharField(max_length=16)),
                    ('billing_reason', models.CharField(blank=True, max_length=40)),
                    ('currency', models.CharField(max_length=3)),
                    ('amount_due', models.IntegerField()),
                    ('amount_paid', models.IntegerField(default=0)),
                    ('amount_refunded', models.IntegerField(default=0)),
                    ('attempts', models.PositiveIntegerField(default=0)),
                    ('next_attempt_at', models.DateTimeField(null=True)),
                    ('period_starts_at', models.DateTimeField()),
                    ('period_ends_at', models.DateTimeField()),
                    ('made_at', models.DateTimeField(db_index=True)),
                    ('paid_at', models.DateTimeField(null=True)),
                    ('refunded_at', models.DateTimeField(null=True)),
                    ('disputed_at', models.DateTimeField(null=True)),
                    ('payment_intent', models.CharField(blank=True, db_index=True, max_length=255)),
                    ('page', models.URLField(blank=True, help_text='Where it is seen and paid.', max_length=1000)),
                    ('pdf', models.URLField(blank=True, max_length=1000)),
                    ('receipt', models.URLField(blank=True, max_length=1000)),
                    ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invoices', to='paywall.customer')),
                    ('subscription', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invoices', to='paywall.subscription')),
                    ('refunds', models.JSONField(default=list, help_text='When and how much, each time.')),
                    ('below_price', models.BooleanField(db_default=False, default=False, help_text='It asks less for its period than the price of the subscription.')),
                ],
                options={
                    'abstract': False,
                    'indexes': [models.Index(fields=['paid_at', 'currency', 'amount_paid'], name='invoice_paid'), models.Index(condition=models.Q(('amount_refunded__gt', 0)), fields=['refunded_at'], name='invoice_refunded'), models.Index(fields=['status', 'made_at'], name='invoice_status'), models.Index(condition=models.Q(('attempts__gt', 0)), fields=['paid_at'], name='invoice_paid_late'), models.Index(condition=models.Q(('below_price', True)), fields=['period_ends_at'], name='invoice_below_price')],
                },
            ),
            migrations.CreateModel(
                name='SubscriptionChange',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('at', models.DateTimeField()),
                    ('what', models.CharField(max_length=32)),
                    ('before', models.CharField(blank=True, max_length=120)),
                    ('after', models.CharField(blank=True, max_length=120)),
                    ('why', models.CharField(help_text='What told us, or who asked for it.', max_length=200)),
                    ('subscription', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='paywall.subscription')),
                    ('price', models.ForeignKey(help_text='Where the price changed.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='paywall.price')),
                ],
                options={
                    'ordering': ('at', 'pk'),
                },
            ),
            migrations.CreateModel(
                name='Unsubscribed',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('at', models.DateTimeField()),
                    ('reader', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='unsubscribed', to=settings.AUTH_USER_MODEL)),
                ],
            ),
            migrations.CreateModel(
                name='CheckoutAttempt',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('state', models.CharField(choices=[('open', 'Open'), ('paid', 'Paid'), ('expired', 'Expired')], default='open', max_length=8)),
                    ('session_id', models.CharField(blank=True, db_index=True, max_length=255)),
                    ('session_url', models.URLField(blank=True, max_length=2000)),
                    ('back_to', models.CharField(blank=True, max_length=500)),
                    ('begun_at', models.DateTimeField()),
                    ('expires_at', models.DateTimeField(help_text='When Stripe closes the session by itself.')),
                    ('price', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='paywall.price')),
                    ('reader', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='checkout_attempts', to=settings.AUTH_USER_MODEL)),
                    ('finished_at', models.DateTimeField(help_text='When we heard that it was paid.', null=True)),
                    ('story', models.CharField(blank=True, max_length=200)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('reader',), name='one_open_checkout_per_reader')],
                },
            ),
            migrations.CreateModel(
                name='Letter',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.CharField(max_length=255, unique=True)),
                    ('kind', models.CharField(choices=[('started', 'Started'), ('pass', 'Pass'), ('renewal_coming', 'Renewal coming'), ('trial_ending', 'Trial ending'), ('offer_ending', 'Offer ending'), ('card_expiring', 'Card expiring'), ('payment_failed', 'Payment failed'), ('recovered', 'Recovered'), ('price_change', 'Price change'), ('cancelled', 'Cancelled'), ('ended', 'Ended'), ('refunded', 'Refunded'), ('print_activated', 'Print activated'), ('print_hold', 'Print hold'), ('print_ending', 'Print ending'), ('print_ended', 'Print ended'), ('print_back', 'Print back'), ('print_asked', 'Print asked'), ('print_declined', 'Print declined'), ('print_invitation', 'Print invitation'), ('circulation', 'Circulation'), ('account_made', 'Account made'), ('payment_link', 'Payment link'), ('weekly_figures', 'Weekly figures')], max_length=24)),
                    ('address', models.EmailField(max_length=254)),
                    ('subject', models.CharField(max_length=200)),
                    ('text', models.TextField()),
                    ('html', models.TextField()),
                    ('message_id', models.CharField(max_length=255)),
                    ('written_at', models.DateTimeField()),
                    ('sent_at', models.DateTimeField(null=True)),
                    ('given_up_at', models.DateTimeField(null=True)),
                    ('tries', models.PositiveSmallIntegerField(default=0)),
                    ('next_try_at', models.DateTimeField()),
                    ('error', models.TextField(blank=True)),
                    ('reader', models.ForeignKey(help_text='Whose it is. Empty: it goes to staff.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='letters', to=settings.AUTH_USER_MODEL)),
                    ('bounce', models.CharField(blank=True, help_text='What it said.', max_length=200)),
                    ('bounced_at', models.DateTimeField(help_text='When a mail server sent it back.', null=True)),
                    ('seen_at', models.DateTimeField(help_text='When staff looked at one that came back or could not be sent.', null=True)),
                ],
                options={
                    'indexes': [models.Index(condition=models.Q(('given_up_at', None), ('sent_at', None)), fields=['next_try_at'], name='letter_due'), models.Index(fields=['address'], name='letter_address'), models.Index(condition=models.Q(('given_up_at__isnull', False), ('seen_at', None)), fields=['given_up_at'], name='letter_given_up'), models.Index(condition=models.Q(('bounced_at__isnull', False), ('seen_at', None)), fields=['bounced_at'], name='letter_bounced'), models.Index(fields=['kind', 'id'], name='letter_kind')],
                },
            ),
            migrations.CreateModel(
                name='PrintPublication',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(blank=True, max_length=40, unique=True)),
                    ('as_of', models.DateTimeField()),
                    ('rows', models.PositiveIntegerField(default=0)),
                ],
            ),
            migrations.CreateModel(
                name='Suppressed',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.CharField(max_length=64, unique=True)),
                    ('at', models.DateTimeField()),
                ],
            ),
            migrations.CreateModel(
                name='WrongTries',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.CharField(max_length=64, unique=True)),
                    ('tries', models.PositiveIntegerField(default=0)),
                    ('rounds', models.PositiveSmallIntegerField(default=0)),
                    ('since', models.DateTimeField()),
                ],
            ),
            migrations.CreateModel(
                name='CirculationImport',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('source', models.CharField(help_text='Without credentials.', max_length=500)),
                    ('profile', models.CharField(max_length=40)),
                    ('sha256', models.CharField(blank=True, db_index=True, max_length=64)),
                    ('full', models.BooleanField(default=True, help_text='Off: it holds changes only.')),
                    ('state', models.CharField(choices=[('arriving', 'Being sent'), ('waiting', 'Sent, not read yet'), ('staging', 'Being read'), ('refused', 'Refused'), ('held', 'Held'), ('declined', 'Declined'), ('swapping', 'Being put in force'), ('taken', 'Taken')], default=paywall.circulation.states.ImportState['STAGING'], max_length=10)),
                    ('why', models.TextField(blank=True, help_text='Why it was refused or held, for staff.')),
                    ('began_at', models.DateTimeField()),
                    ('as_of', models.DateTimeField(help_text='The moment that its endings are judged at.')),
                    ('ended_at', models.DateTimeField(null=True)),
                    ('rows', models.PositiveIntegerField(default=0)),
                    ('new', models.PositiveIntegerField(default=0)),
                    ('changed', models.PositiveIntegerField(default=0)),
                    ('unchanged', models.PositiveIntegerField(default=0)),
                    ('rejected', models.PositiveIntegerField(default=0)),
                    ('absent', models.PositiveIntegerField(default=0)),
                    ('would_end', models.PositiveIntegerField(default=0, help_text='Activations that would end.')),
                    ('activations', models.PositiveIntegerField(default=0, help_text='Open when it was judged.')),
                    ('publications', models.JSONField(default=dict, help_text='How many rows each has.')),
                    ('decided_at', models.DateTimeField(null=True)),
                    ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('added_to', models.PositiveBigIntegerField(default=0, help_text='The staged row up to which new accounts are in force.')),
                    ('keys_from', models.PositiveBigIntegerField(help_text="What a staged row's key is added to: its new account has that one.", null=True)),
                    ('readings', models.PositiveSmallIntegerField(default=0, help_text='How often reading it was begun, if staff sent it.')),
                ],
                options={
                    'verbose_name': 'circulation file',
                    'ordering': ('-began_at',),
                },
            ),
            migrations.CreateModel(
                name='PrintAccount',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('publication', models.CharField(blank=True, max_length=40)),
                    ('number', models.CharField(max_length=40)),
                    ('number_key', models.CharField(max_length=40)),
                    ('former_number_key', models.CharField(blank=True, max_length=40, verbose_name='former number')),
                    ('first_name', models.CharField(blank=True, max_length=80)),
                    ('last_name', models.CharField(blank=True, max_length=80)),
                    ('second_name', models.CharField(blank=True, max_length=160)),
                    ('company', models.CharField(blank=True, max_length=160)),
                    ('street', models.CharField(blank=True, max_length=200)),
                    ('city', models.CharField(blank=True, max_length=80)),
                    ('postal_code', models.CharField(blank=True, max_length=16)),
                    ('billing_postal_code', models.CharField(blank=True, max_length=16)),
                    ('phone_last4', models.CharField(blank=True, max_length=4, verbose_name='last four of the phone')),
                    ('email', models.CharField(blank=True, help_text='In small letters.', max_length=254)),
                    ('digest', models.BigIntegerField(default=0)),
                    ('first_seen_at', models.DateTimeField()),
                    ('last_seen_at', models.DateTimeField()),
                    ('absent_since', models.DateTimeField(null=True)),
                    ('seats', models.PositiveSmallIntegerField(blank=True, help_text='Readers it is good for. Empty: as the settings say.', null=True)),
                ],
                options={
                    'indexes': [models.Index(django.db.models.functions.text.Lower('last_name'), name='print_account_name'), models.Index(condition=models.Q(('former_number_key', ''), _negated=True), fields=['former_number_key'], name='print_account_former_number', opclasses=['varchar_pattern_ops']), models.Index(condition=models.Q(('email', ''), _negated=True), fields=['email'], name='print_account_email', opclasses=['varchar_pattern_ops']), models.Index(condition=models.Q(('phone_last4', ''), _negated=True), fields=['phone_last4'], name='print_account_phone', opclasses=['varchar_pattern_ops'])],
                    'constraints': [models.UniqueConstraint(fields=('number_key', 'publication'), name='print_account_once_per_publication', opclasses=['varchar_pattern_ops', 'varchar_pattern_ops'])],
                },
            ),
            migrations.CreateModel(
                name='Invitation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('address', models.EmailField(max_length=254)),
                    ('secret_hash', models.CharField(max_length=64, unique=True)),
                    ('made_at', models.DateTimeField()),
                    ('ends_at', models.DateTimeField()),
                    ('inviter', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='paywall.printaccount')),
                ],
            ),
            migrations.CreateModel(
                name='PrintLine',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('product', models.CharField(blank=True, max_length=40)),
                    ('rate_code', models.CharField(blank=True, max_length=40)),
                    ('delivery_days', models.CharField(blank=True, max_length=7)),
                    ('status', models.CharField(choices=[('active', 'Active'), ('hold', 'On hold'), ('stopped', 'Stopped'), ('nonpay', 'Stopped, not paid')], max_length=8)),
                    ('hold_until', models.DateField(null=True)),
                    ('paid_through', models.DateField(null=True)),
                    ('status_since', models.DateTimeField(null=True)),
                    ('account', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='paywall.printaccount')),
                ],
            ),
            migrations.CreateModel(
                name='RejectedRow',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('line', models.PositiveBigIntegerField(help_text='Where it begins in the file, from 1.')),
                    ('publication', models.CharField(blank=True, max_length=40)),
                    ('number', models.CharField(blank=True, max_length=40)),
                    ('number_key', models.CharField(blank=True, max_length=40)),
                    ('reason', models.CharField(max_length=300)),
                    ('repeats', models.BooleanField(default=False, help_text='Another row says the same.')),
                    ('file', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rejected_rows', to='paywall.circulationimport')),
                ],
                options={
                    'ordering': ('line',),
                },
            ),
            migrations.CreateModel(
                name='StagedRow',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('line', models.PositiveBigIntegerField(help_text='Where it begins in the file, from 1.')),
                    ('digest', models.BigIntegerField()),
                    ('publication', models.CharField(max_length=40)),
                    ('number', models.CharField(max_length=40)),
                    ('number_key', models.CharField(max_length=40)),
                    ('former_number_key', models.CharField(max_length=40)),
                    ('first_name', models.CharField(max_length=80)),
                    ('last_name', models.CharField(max_length=80)),
                    ('second_name', models.CharField(max_length=160)),
                    ('company', models.CharField(max_length=160)),
                    ('street', models.CharField(max_length=200)),
                    ('city', models.CharField(max_length=80)),
                    ('postal_code', models.CharField(max_length=16)),
                    ('billing_postal_code', models.CharField(max_length=16)),
                    ('phone_last4', models.CharField(max_length=4)),
                    ('email', models.CharField(max_length=254)),
                    ('product', models.CharField(max_length=40)),
                    ('rate_code', models.CharField(max_length=40)),
                    ('delivery_days', models.CharField(max_length=7)),
                    ('status', models.CharField(max_length=8)),
                    ('hold_until', models.DateField(null=True)),
                    ('paid_through', models.DateField(null=True)),
                    ('file', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='paywall.circulationimport')),
                    ('several', models.BooleanField(db_default=False, help_text='Its account may have other rows in the file, too.')),
                ],
                options={
                    'indexes': [models.Index(condition=models.Q(('former_number_key', ''), _negated=True), fields=['file', 'former_number_key'], name='staged_row_former_number'), models.Index(condition=models.Q(('several', True)), fields=['number_key'], name='staged_row_several')],
                },
            ),
            migrations.CreateModel(
                name='StagedChange',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('changed', 'Changed'), ('absent', 'Not in the file')], max_length=8)),
                    ('rows', models.PositiveIntegerField(default=0)),
                    ('digest', models.BigIntegerField(default=0)),
                    ('account', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='paywall.printaccount')),
                    ('file', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='paywall.circulationimport')),
                    ('row', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='paywall.stagedrow')),
                ],
                options={
                    'indexes': [models.Index(fields=['account'], name='staged_change_account')],
                },
            ),
            migrations.CreateModel(
                name='Activation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('state', models.CharField(choices=[('waiting', 'Waits for the holder'), ('active', 'Active'), ('withdrawn', 'Withdrawn')], default='active', max_length=10)),
                    ('holder', models.BooleanField(default=False)),
                    ('barred', models.BooleanField(default=False)),
                    ('proof', models.CharField(help_text='How it was proved.', max_length=24)),
                    ('claimed_at', models.DateTimeField()),
                    ('withdrawn_at', models.DateTimeField(null=True)),
                    ('entitlement', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='activation', to='paywall.entitlement')),
                    ('reader', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='activations', to=settings.AUTH_USER_MODEL)),
                    ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='activations', to='paywall.printaccount')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('account', 'reader'), name='one_seat_per_reader'), models.UniqueConstraint(condition=models.Q(('holder', True)), fields=('account',), name='one_holder_per_account')],
                },
            ),
            migrations.CreateModel(
                name='PrintCase',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('state', models.CharField(choices=[('draft', 'Not asked yet'), ('open', 'Open'), ('found', 'Found by a later file'), ('approved', 'Approved'), ('declined', 'Declined')], default='draft', max_length=10)),
                    ('number', models.CharField(blank=True, max_length=60, verbose_name='account number')),
                    ('last_name', models.CharField(blank=True, max_length=80)),
                    ('postal_code', models.CharField(blank=True, max_length=16)),
                    ('house_number', models.CharField(blank=True, max_length=40)),
                    ('phone_last4', models.CharField(blank=True, max_length=4, verbose_name='last four of the phone')),
                    ('typed_at', models.DateTimeField()),
                    ('opened_at', models.DateTimeField(null=True)),
                    ('tries', models.PositiveSmallIntegerField(default=0, verbose_name='files tried')),
                    ('tried_as_of', models.DateTimeField(null=True)),
                    ('reason', models.TextField(blank=True, help_text='The reader is told this.')),
                    ('decided_at', models.DateTimeField(null=True)),
                    ('account', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='paywall.printaccount')),
                    ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('reader', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='print_cases', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'case',
                    'ordering': ('-opened_at',),
                    'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'draft')), fields=('reader',), name='one_draft_per_reader'), models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('reader',), name='one_open_case_per_reader')],
                    'indexes': [models.Index(fields=['-opened_at'], name='print_case_opened')],
                },
            ),
            migrations.CreateModel(
                name='PrintProduct',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('product', models.CharField(blank=True, help_text='Empty: every product.', max_length=40)),
                    ('rate_code', models.CharField(blank=True, help_text='Empty: every rate code.', max_length=40)),
                    ('opens', models.CharField(choices=[('everything', 'Everything'), ('sections', 'Some sections'), ('nothing', 'Nothing')], default='everything', max_length=10)),
                    ('sections', models.ManyToManyField(blank=True, related_name='+', to='paywall.section')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('product', 'rate_code'), name='print_product_once', violation_error_message='There is a row for this already: change that one.')],
                },
            ),
            migrations.CreateModel(
                name='ApiSite',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=80, unique=True)),
                    ('origin', models.CharField(help_text="Where its pages are: its stories' addresses, and the way back from paying, begin with this.", max_length=200, unique=True, validators=[django.core.validators.RegexValidator('^https?://[A-Za-z0-9.\\-\\[\\]:]+$', 'Write it like https://news.example.com')])),
                ],
                options={
                    'verbose_name': 'site',
                    'ordering': ('name',),
                },
            ),
            migrations.CreateModel(
                name='ApiKey',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(help_text='What it is used for, in your words.', max_length=80)),
                    ('start', models.CharField(editable=False, max_length=12, unique=True)),
                    ('secret_hash', models.CharField(editable=False, max_length=64)),
                    ('scopes', models.JSONField(default=list)),
                    ('per_minute', models.PositiveIntegerField(default=6000, validators=[django.core.validators.MinValueValidator(1)], verbose_name='requests a minute')),
                    ('made_at', models.DateTimeField(editable=False)),
                    ('ends_at', models.DateTimeField(blank=True, help_text='Empty: until withdrawn.', null=True)),
                    ('last_used_at', models.DateTimeField(editable=False, null=True)),
                    ('site', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='keys', to='paywall.apisite')),
                ],
                options={
                    'verbose_name': 'API key',
                    'ordering': ('site__name', '-made_at'),
                },
            ),
            migrations.CreateModel(
                name='CountedLog',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('first_line', models.CharField(help_text='Hashed.', max_length=64, unique=True)),
                    ('name', models.CharField(max_length=500)),
                    ('position', models.PositiveBigIntegerField(default=0, help_text='In bytes, of the plain text.')),
                    ('counted_at', models.DateTimeField()),
                ],
            ),
            migrations.CreateModel(
                name='CountedStory',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.CharField(max_length=200, unique=True)),
                    ('title', models.CharField(max_length=300)),
                    ('section', models.CharField(max_length=60)),
                    ('address', models.CharField(db_index=True, max_length=500)),
                ],
            ),
            migrations.CreateModel(
                name='CourtesyBatch',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('why', models.CharField(max_length=200)),
                    ('file', models.CharField(help_text='Its name.', max_length=200)),
                    ('given', models.PositiveIntegerField(default=0)),
                    ('left_out', models.PositiveIntegerField(default=0)),
                    ('given_at', models.DateTimeField()),
                    ('withdrawn_at', models.DateTimeField(null=True)),
                    ('entitlements', models.ManyToManyField(related_name='+', to='paywall.entitlement')),
                    ('given_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('withdrawn_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'courtesy file',
                    'ordering': ('-given_at',),
                    'permissions': (('give_courtesy_in_bulk', 'Can give courtesy access from a file'),),
                },
            ),
            migrations.CreateModel(
                name='DayCount',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('day', models.DateField()),
                    ('what', models.CharField(max_length=32)),
                    ('section', models.CharField(blank=True, max_length=60)),
                    ('story', models.CharField(blank=True, max_length=200)),
                    ('number', models.PositiveBigIntegerField(default=0)),
                ],
                options={
                    'permissions': [('view_reports', 'Can see what the paper earns')],
                    'indexes': [models.Index(condition=models.Q(('story', ''), _negated=True), fields=['day', 'what', 'story', 'number'], name='counted_stories_by_day')],
                    'constraints': [models.UniqueConstraint(fields=('what', 'section', 'story', 'day'), name='counted_once_a_day')],
                },
            ),
            migrations.CreateModel(
                name='FreeMode',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('starts_at', models.DateTimeField(editable=False)),
                    ('ends_at', models.DateTimeField(help_text='It ends then by itself.', verbose_name='until')),
                    ('why', models.CharField(help_text='For colleagues, such as: storm, election.', max_length=200)),
                    ('closed_at', models.DateTimeField(editable=False, null=True)),
                    ('closed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('opened_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('section', models.ForeignKey(blank=True, help_text='Empty: the whole paper.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='paywall.section')),
                ],
                options={
                    'verbose_name': 'opening of all stories',
                    'verbose_name_plural': 'open all stories',
                    'ordering': ('-starts_at',),
                    'permissions': (('open_all_stories', 'Can open all stories to everybody'),),
                    'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='free_mode_ends_after_it_starts')],
                },
            ),
            migrations.CreateModel(
                name='HealthDigest',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('day', models.DateField(unique=True)),
                    ('sent_at', models.DateTimeField()),
                    ('counts', models.JSONField(default=dict)),
                ],
            ),
            migrations.CreateModel(
                name='KeptAnswer',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('caller', models.CharField(help_text='A hash of who asked.', max_length=64)),
                    ('key', models.CharField(max_length=200)),
                    ('asked', models.CharField(help_text='A hash of what was asked.', max_length=64)),
                    ('answer', models.TextField(help_text='JSON, as it was sent.')),
                    ('made_at', models.DateTimeField(db_index=True)),
                    ('reader', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('caller', 'key'), name='answered_once_per_key')],
                },
            ),
            migrations.CreateModel(
                name='PrintReaderDay',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('day', models.DateField(db_index=True)),
                    ('publication', models.CharField(blank=True, max_length=40)),
                    ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='paywall.printaccount')),
                    ('reader', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': "print reader's day",
                    'constraints': [models.UniqueConstraint(fields=('reader', 'day'), name='print_reader_once_a_day')],
                },
            ),
            migrations.CreateModel(
                name='RefusedVisit',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('date', models.DateField(help_text="The newspaper's day.")),
                    ('story_key', models.CharField(max_length=200)),
                    ('refused_at', models.DateTimeField(db_index=True, help_text='The first time that day.')),
                    ('outcome', models.CharField(max_length=24)),
                    ('title', models.CharField(max_length=300)),
                    ('address', models.CharField(max_length=500)),
                    ('reader', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='refused_visits', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('reader', 'date', 'story_key'), name='story_refused_once_a_day')],
                },
            ),
            migrations.CreateModel(
                name='RegisteredStory',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.CharField(max_length=200, unique=True)),
                    ('access', models.CharField(choices=[('free', 'Free'), ('metered', 'Metered'), ('subscribers', 'Subscribers only')], default='metered', max_length=16)),
                    ('title', models.CharField(max_length=300)),
                    ('address', models.CharField(max_length=500)),
                    ('section', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='paywall.section')),
                    ('site', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='stories', to='paywall.apisite')),
                ],
                options={
                    'verbose_name_plural': 'registered stories',
                },
            ),
            migrations.CreateModel(
                name='ScheduleRun',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('task', models.CharField(max_length=200, unique=True)),
                    ('known_since', models.DateTimeField(help_text='When it ran for the first time.')),
                    ('began_at', models.DateTimeField()),
                    ('ended_at', models.DateTimeField(help_text='When it last came to an end.', null=True)),
                    ('error', models.CharField(blank=True, help_text='What ended it, if anything.', max_length=200)),
                ],
                options={
                    'verbose_name': 'schedule',
                    'verbose_name_plural': 'health',
                    'permissions': (('view_health', 'Can see what waits for a person'),),
                },
            ),
            migrations.CreateModel(
                name='Seen',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('what', models.CharField(max_length=32)),
                    ('day', models.DateField(db_index=True)),
                    ('reader', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('reader', 'what'), name='seen_once')],
                },
            ),
            migrations.CreateModel(
                name='SentPiece',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('position', models.PositiveIntegerField()),
                    ('data', models.BinaryField()),
                    ('file', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pieces', to='paywall.circulationimport')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('file', 'position'), name='sent_piece_once')],
                },
            ),
            migrations.CreateModel(
                name='SiteReader',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('since', models.DateTimeField()),
                    ('reader', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sites', to=settings.AUTH_USER_MODEL)),
                    ('site', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='readers', to='paywall.apisite')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('reader', 'site'), name='reader_once_per_site')],
                },
            ),
            migrations.CreateModel(
                name='StaffAction',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('at', models.DateTimeField(db_index=True)),
                    ('actor_name', models.CharField(max_length=254, verbose_name='who')),
                    ('what', models.CharField(max_length=120)),
                    ('about', models.CharField(blank=True, max_length=300)),
                    ('reason', models.TextField(blank=True)),
                    ('details', models.JSONField(default=dict)),
                    ('outcome', models.TextField(blank=True)),
                    ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('reader', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='staff_actions', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'staff action',
                    'ordering': ('-at', '-pk'),
                    'permissions': [('answer_readers', 'May look readers up and see their page'), ('create_reader', 'May make an account for a caller'), ('give_courtesy', 'May give courtesy access, and end it'), ('give_stories_back', "May give the month's free stories back"), ('resend_letter', 'May send a letter again'), ('send_payment_link', 'May send a link to pay'), ('refund_payment', 'May refund a payment'), ('cancel_subscription', 'May cancel a subscription and resume it'), ('link_print_account', 'May link and unlink a print account'), ('sign_reader_out', 'May sign a reader out everywhere'), ('export_reader', 'May export what is kept about a reader'), ('erase_reader', 'May erase a reader'), ('manage_staff', 'May make colleagues staff and put them into groups')],
                    'default_permissions': ('view',),
                    'indexes': [models.Index(fields=['reader', 'at'], name='staff_action_reader'), models.Index(fields=['actor_name', 'at'], name='staff_action_actor')],
                },
            ),
            migrations.CreateModel(
                name='WallVersion',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('texts', models.JSONField(default=dict)),
                    ('note', models.CharField(blank=True, help_text='For colleagues: what this one is for.', max_length=200)),
                    ('made_at', models.DateTimeField()),
                    ('published_at', models.DateTimeField(null=True)),
                    ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('published_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'version of the wall texts',
                    'verbose_name_plural': 'wall texts',
                    'ordering': ('-pk',),
                    'permissions': (('publish_walls', 'Can publish the words of the wall'),),
                    'indexes': [models.Index(condition=models.Q(('published_at__isnull', False)), fields=['-published_at'], name='wall_version_published')],
                },
            ),
            migrations.CreateModel(
                name='CountedReader',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('day', models.DateField()),
                    ('mark', models.BigIntegerField()),
                ],
                options={
                    'default_permissions': (),
                    'constraints': [models.UniqueConstraint(fields=('day', 'mark'), name='reader_counted_once')],
                },
            ),
            migrations.CreateModel(
                name='Prepared',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=80, unique=True)),
                    ('figures', models.JSONField()),
                    ('made_at', models.DateTimeField()),
                ],
                options={
                    'default_permissions': (),
                },
            ),
        ]),
        migrations.RunPython(name_as_upgrading_does, migrations.RunPython.noop),
        migrations.RunPython(make_house_rule, migrations.RunPython.noop),
    ]
