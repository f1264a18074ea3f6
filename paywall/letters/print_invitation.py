"""The letter that invites somebody to a seat of a print account."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from paywall.circulation.masking import masked_address
from paywall.circulation.seats import Invited
from paywall.letters.composing import compose
from paywall.letters.kinds import Kind
from paywall.letters.models import Letter

WHY_SENT = "One of our readers asked us to send you this one email. You need not do anything."


def write(invited: Invited, *, now: datetime) -> Letter:
    """Write the letter into the outbox. Its link leads to an account and a yes, to nothing else."""
    invitation = invited.invitation
    path = reverse("print_invitation", args=[invited.secret])
    letter = compose(
        Kind.PRINT_INVITATION,
        f"print-invitation:{invitation.pk}",
        invitation.inviter,
        {
            "inviter": masked_address(invitation.inviter.email),
            "accept_url": f"{settings.SITE_URL}{path}",
            "ends_at": invitation.ends_at,
        },
        now=now,
        address=invitation.address,
        why_sent=WHY_SENT,
    )
    letter.save()
    return letter
