"""What a production start refuses to run with."""

from collections.abc import Sequence

from django.core.exceptions import ImproperlyConfigured


def refuse_unsafe(
    *, secret_key_is_default: bool, allowed_hosts: Sequence[str], webhook_secret: str
) -> None:
    """Stop a start with DEBUG off and an unsafe default.

    Raises ImproperlyConfigured, naming every variable that has to be set.
    """
    problems = []
    if secret_key_is_default:
        problems.append("SECRET_KEY is the demonstration's: set a long random one")
    if not allowed_hosts:
        problems.append("ALLOWED_HOSTS is empty: name the site's hosts, separated by commas")
    if any(host.strip() in {"*", "."} for host in allowed_hosts):
        problems.append("ALLOWED_HOSTS has a wildcard: name the site's hosts")
    if not webhook_secret:
        problems.append("STRIPE_WEBHOOK_SECRET is missing: copy it from Stripe's dashboard")
    if problems:
        raise ImproperlyConfigured("Refusing to start with DEBUG off. " + ". ".join(problems) + ".")
