"""The story that somebody came from, signed, so that nobody makes up which story sells.

It depends on the story alone: a wall is the same for every stranger.
"""

from django.core.signing import BadSignature, Signer

PARAMETER = "from"
LONGEST = 300  # characters
_SALT = "paywall.insights.origin"


def sign(story_key: str) -> str:
    """Return the key as links carry it."""
    return Signer(salt=_SALT).sign(story_key)


def read(signed: str) -> str:
    """Return the key that was signed here, or ""."""
    if not signed or len(signed) > LONGEST:
        return ""
    try:
        return Signer(salt=_SALT).unsign(signed)
    except BadSignature:
        return ""
