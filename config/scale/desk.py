"""What the staff did and see: colleagues, letters, the trail, courtesy, other sites."""

from datetime import timedelta
from uuid import UUID

from django.contrib.auth.models import Group

from accounts.models import Reader
from config.groups import GROUPS
from config.scale.ground import DOMAIN, Ground, address, mixed
from config.scale.pouring import next_id, pour
from paywall.entitlements.models import CourtesyBatch, Entitlement, Source
from paywall.gate.models import WallVersion
from paywall.letters.kinds import Kind
from paywall.letters.models import Letter
from paywall.metering.models import FreeMode
from paywall.payments.models import Reconciliation
from paywall.sites import keys
from paywall.sites.models import ApiSite, Scope
from paywall.trail.models import StaffAction

ACTIONS = UUID("5ca1e000-0000-4000-a000-000000000000").int
KINDS = (Kind.STARTED, Kind.RENEWAL_COMING, Kind.PRINT_ACTIVATED, Kind.REFUNDED, Kind.ENDED)
TEXT = "Dear reader, this is what a letter of ours says. " * 12
OFTEN = 250  # of so many readers one is answered by the desk


def make_staff(ground: Ground) -> list[Reader]:
    """Make one colleague for each group; they have no password."""
    staff = []
    for name in GROUPS:
        colleague = Reader(email=f"{name}@{DOMAIN}", is_staff=True, joined_at=ground.now)
        colleague.set_unusable_password()
        colleague.save()
        colleague.groups.add(Group.objects.get(name=name))
        staff.append(colleague)
    return staff


def make_letters(ground: Ground) -> None:
    """Make the letters of a year: of every third reader one, and those that asked for money."""
    columns = (
        "key", "kind", "reader", "address", "subject", "text", "html", "message_id", "written_at",
        "sent_at", "next_try_at", "bounced_at", "bounce",
    )  # fmt: skip
    pour(
        Letter,
        columns,
        (
            (f"scale:{n}", KINDS[n // 3 % 5].value, ground.first_reader + n, address(n),
             "What this letter is about", TEXT, TEXT, f"<scale-{n}@{DOMAIN}>", at, at, at,
             at if n % 30_000 == 0 else None, "No such mailbox" if n % 30_000 == 0 else "")
            for n in range(0, ground.readers, 3)
            for at in [ground.ago(days=mixed(n) % 365)]
        ),
    )  # fmt: skip
    pour(
        Letter,
        columns,
        (
            (f"failed:in_scale{k:09}000:0", Kind.PAYMENT_FAILED.value, ground.first_reader + 8 * k,
             address(8 * k), "Your payment failed", TEXT, TEXT, f"<failed-{k}@{DOMAIN}>",
             at, at, at, None, "")
            for k in range(0, ground.readers // 8, 60)
            for at in [ground.ago(days=900)]
        ),
    )  # fmt: skip


def make_trail(ground: Ground, staff: list[Reader]) -> None:
    """Make what the desk did over a year."""
    pour(
        StaffAction,
        ("at", "actor", "actor_name", "what", "reader", "reason", "details", "outcome", "key"),
        (
            (ground.ago(days=mixed(n) % 365), staff[n % len(staff)].pk, staff[n % len(staff)].email,
             "Give the month’s stories back", ground.first_reader + n, "They asked on the phone.",
             {}, "Done.", UUID(int=ACTIONS + n))
            for n in range(0, ground.readers, OFTEN)
        ),
    )  # fmt: skip


def make_courtesy(ground: Ground, staff: list[Reader]) -> None:
    """Give every fiftieth reader courtesy access, from files of a few hundred."""
    batches, first = 10, next_id(Entitlement)
    readers = range(1, ground.readers, 50)
    ends_at = ground.now + timedelta(days=90)
    pour(
        Entitlement,
        ("id", "reader", "source", "starts_at", "ends_at"),
        (
            (first + at, ground.first_reader + n, Source.COURTESY.value, ground.ago(days=30),
             ends_at)
            for at, n in enumerate(readers)
        ),
    )  # fmt: skip
    each = len(readers) // batches
    for number in range(batches):
        batch = CourtesyBatch.objects.create(
            why=f"For helpers, part {number}", file="helpers.csv", given=each,
            given_at=ground.ago(days=30), given_by=staff[0],
        )  # fmt: skip
        pour(
            CourtesyBatch.entitlements.through,
            ("courtesybatch", "entitlement"),
            ((batch.pk, first + number * each + at) for at in range(each)),
        )


def make_the_rest(ground: Ground, staff: list[Reader]) -> None:
    """Make what there is little of anywhere."""
    for name in ("Valley Weekly", "Harbour Radio"):
        site, is_new = ApiSite.objects.get_or_create(
            name=name,
            defaults={"origin": f"https://{name.lower().replace(' ', '-')}.{DOMAIN}"},
        )
        if is_new:
            keys.issue(site, "server", [Scope.LOOK, Scope.OPEN], now=ground.now)
    for number in range(30):
        at = ground.ago(days=30 - number)
        WallVersion.objects.create(made_at=at, made_by=staff[0], note=f"Try {number}")
        Reconciliation.objects.create(
            kind=Reconciliation.Kind.EVERYTHING, began_at=at, ended_at=at, looked_at=ground.readers
        )
    for number in range(5):
        starts_at = ground.ago(days=100 + number)
        FreeMode.objects.create(
            starts_at=starts_at, ends_at=starts_at + timedelta(days=1), why="A storm",
            opened_by=staff[0],
        )  # fmt: skip
