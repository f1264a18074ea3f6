from django.db import migrations, models


# Apart from the invoices' column: who holds locks on both tables at once may be in the way of who
# records a subscription and its invoices, and the other way about.
class Migration(migrations.Migration):

    dependencies = [
        ('paywall', '0010_bytes'),
    ]

    operations = [
        migrations.AddField(
            model_name='subscription',
            name='cancelled_by',
            field=models.CharField(blank=True, choices=[('reader', 'Reader'), ('staff', 'Staff'), ('paper', 'By itself')], db_default='', default='', help_text='Who chose that it ends. Empty: nobody, or somebody at Stripe.', max_length=8),
        ),
    ]
