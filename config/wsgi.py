"""The WSGI application that Granian serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

from paywall.insights import keeping  # noqa: E402  # it needs the settings

keeping.begin_with_the_process()
