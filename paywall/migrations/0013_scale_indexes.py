from django.db import migrations, models

from accounts.indexing import AddIndexWhileRead


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('paywall', '0012_scale_figures'),
    ]

    operations = [
        AddIndexWhileRead(
            model_name='daycount',
            index=models.Index(condition=models.Q(('story', ''), _negated=True), fields=['day', 'what', 'story', 'number'], name='counted_stories_by_day'),
        ),
        AddIndexWhileRead(
            model_name='invoice',
            index=models.Index(fields=['paid_at', 'currency', 'amount_paid'], name='invoice_paid'),
        ),
        AddIndexWhileRead(
            model_name='invoice',
            index=models.Index(condition=models.Q(('amount_refunded__gt', 0)), fields=['refunded_at'], name='invoice_refunded'),
        ),
        AddIndexWhileRead(
            model_name='invoice',
            index=models.Index(fields=['status', 'made_at'], name='invoice_status'),
        ),
        AddIndexWhileRead(
            model_name='invoice',
            index=models.Index(condition=models.Q(('attempts__gt', 0)), fields=['paid_at'], name='invoice_paid_late'),
        ),
        AddIndexWhileRead(
            model_name='invoice',
            index=models.Index(condition=models.Q(('below_price', True)), fields=['period_ends_at'], name='invoice_below_price'),
        ),
        AddIndexWhileRead(
            model_name='letter',
            index=models.Index(fields=['kind', 'id'], name='letter_kind'),
        ),
        AddIndexWhileRead(
            model_name='printcase',
            index=models.Index(fields=['-opened_at'], name='print_case_opened'),
        ),
        AddIndexWhileRead(
            model_name='subscription',
            index=models.Index(condition=models.Q(('price_since__gt', models.F('started_at')), ('status__in', ['unpaid', 'paused']), _connector='OR'), fields=['id'], name='subscription_one_by_one'),
        ),
    ]
