import accounts.models
import django.db.models.functions.text
import django.utils.timezone
import uuid
from django.db import migrations, models

from accounts.building import CreateModels


class Migration(migrations.Migration):

    replaces = [
        ('accounts', '0001_initial'),
        ('accounts', '0002_raised_only'),
        ('accounts', '0003_staff_index'),
    ]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        CreateModels([
            migrations.CreateModel(
                name='Reader',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('password', models.CharField(max_length=128, verbose_name='password')),
                    ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                    ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                    ('email', models.EmailField(max_length=254, unique=True, verbose_name='email address')),
                    ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('is_active', models.BooleanField(default=True, help_text='Off: may not sign in.')),
                    ('is_staff', models.BooleanField(default=False, help_text='May enter the admin.', verbose_name='staff')),
                    ('joined_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('access_version', accounts.models.RaisedOnly(default=0, editable=False, help_text='Raised with every change of what the reader may read or has read.')),
                    ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                    ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(('email', django.db.models.functions.text.Lower('email'))), name='reader_email_is_lower_case', violation_error_message='Write the email address in small letters.')],
                    'indexes': [models.Index(condition=models.Q(('is_staff', True)), fields=['id'], name='reader_is_staff'), models.Index(condition=models.Q(('is_active', False)), fields=['id'], name='reader_is_inactive')],
                },
            ),
        ]),
    ]
