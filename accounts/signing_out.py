"""Signing a reader out on every device."""

from allauth.usersessions.models import UserSession

from accounts.models import Reader


def sign_out_everywhere(reader: Reader) -> int:
    """End every session of the reader; return how many there were."""
    sessions = list(UserSession.objects.filter(user=reader))
    for session in sessions:
        session.end()
    if not reader.has_usable_password():
        # A new unusable one makes void what no list knows of.
        reader.set_unusable_password()
        reader.save(update_fields=["password"])
    return len(sessions)
