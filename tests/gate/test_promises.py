"""Any sequence and interleaving keeps the promises: the gate answers as reckoned by hand."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest
from django.test import RequestFactory
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import Reader
from paywall import clock
from paywall.catalog.story import Access, Story
from paywall.entitlements import granting
from paywall.entitlements.models import Entitlement, Source
from paywall.gate import gatekeeper
from paywall.gate.decision import Decision
from paywall.gate.facts import MeterFacts
from paywall.gate.visitor import COOKIE, Visitor, identify
from paywall.metering import rules
from paywall.metering.forgetting import forget_stray_meters
from paywall.metering.models import Meter, MeteredRead, MeterKey
from paywall.periods import Period, month_of
from paywall.web import arriving
from tests.gate.reckoning import Label, Reckoning, Tally
from tests.gate.visiting import NOW, set_rule
from tests.metering.meters import broken_counts

UTC_ZONE = ZoneInfo("UTC")
MAILBOXES = ("ann", "ben")
STORIES = [
    Story(f"story-{number}", Access.METERED, section, "A story", "/")
    for number, section in enumerate(["news", "news", "news", "sport", "sport"])
]
places = st.sampled_from([0, 0, 1, 2])  # of three devices, or accounts; the first is the busiest
stories = st.sampled_from(STORIES)
allowances = st.sampled_from([0, 1, 2, 3])


@dataclass
class Device:
    """A browser: who is signed in, and the cookie it was given as a stranger."""

    reader: int | None = None
    token: str = ""


@dataclass(eq=False)
class Begun:
    """A visit between looking and opening."""

    device: Device
    visitor: Visitor
    story: Story
    decision: Decision
    meter: MeterFacts
    tally: Tally | None
    now: datetime


class Newspaper(RuleBasedStateMachine):
    """Three devices, three accounts of two mailboxes, ten stories, and time that goes both ways."""

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.now = NOW + timedelta(days=15)  # the last but one of November
        self.stopped = patch.object(clock, "now", lambda: self.now)
        self.stopped.start()
        # The machine's own transaction is never committed, but each of its steps stands for one.
        self.committing = patch.object(transaction, "on_commit", lambda call: call())
        self.committing.start()
        cache.clear()
        rules.forget()
        self.reckoning = Reckoning()
        self.devices = [Device() for _ in range(3)]
        self.readers: dict[int, Reader] = {}
        self.rights: dict[int, Entitlement] = {}
        self.house = (7, 0)
        self.sport: tuple[int, int] | None = None
        self.begun: list[Begun] = []

    def teardown(self) -> None:
        self.stopped.stop()
        self.committing.stop()
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)
        rules.forget()

    # -- What is so ----------------------------------------------------------------------------

    @property
    def period(self) -> Period:
        return month_of(self.now, UTC_ZONE)

    def allowance(self, story: Story, reader: int | None) -> int:
        of_readers, of_strangers = self.house
        if story.section == "sport" and self.sport:
            of_readers, of_strangers = self.sport
        return of_strangers if reader is None else of_readers

    def labels(self, place: int) -> list[Label]:
        reader = self.readers[place]
        return [("reader", str(place)), ("mailbox", reader.email.split("+")[0])]

    def tally(self, device: Device) -> Tally | None:
        label = ("device", device.token)
        if device.reader is not None:
            label = ("reader", str(device.reader))
        return self.reckoning.tallies.get(label)

    def expected(self, device: Device, story: Story, asked: Period, now: datetime) -> str:
        if (right := self.rights.get(-1 if device.reader is None else device.reader)) and (
            right.starts_at <= now and (right.ends_at is None or now < right.ends_at)
        ):
            return "entitled"
        tally = self.tally(device) or Tally(asked)
        read = tally.of(tally.month(asked))
        if story.key in read:
            return "read_before"
        if len(read) < self.allowance(story, device.reader):
            return "metered"
        return "sign_in" if device.reader is None else "meter_spent"

    def request(self, device: Device, method: str = "GET", **headers: str) -> HttpRequest:
        request: Any = RequestFactory().generic(method, "/", headers=headers)
        request.session = {}
        request.user = AnonymousUser()
        if device.token:
            request.COOKIES[COOKIE] = device.token
        if device.reader is not None:
            request.user = Reader.objects.get(pk=self.readers[device.reader].pk)
        return request  # type: ignore[no-any-return]  # a request it is

    # -- What happens --------------------------------------------------------------------------

    @initialize(readers=allowances, strangers=allowances, mailbox=st.sampled_from(MAILBOXES))
    def open_the_paper(self, readers: int, strangers: int, mailbox: str) -> None:
        self.staff_change_the_rule("", readers, strangers)
        self.sign_up_or_in(0, MAILBOXES[0])
        self.sign_up_or_in(1, mailbox)

    def visit(self, place: int, story: Story) -> None:
        device = self.devices[place]
        word = self.expected(device, story, self.period, self.now)
        self.prefetch(device, story, word)
        admission = gatekeeper.admit(self.request(device), story, now=self.now)
        assert admission.decision.outcome == word
        assert admission.opens == (word in {"entitled", "read_before", "metered"})
        if word == "metered":
            self.count(device, story, admission.new_token, self.period)
            assert admission.decision.remaining == max(
                self.allowance(story, device.reader) - self.used(device, self.period), 0
            )
        self.look_everywhere(story)

    # A paper is mostly read: rules are chosen evenly, so these stand for most visits.
    visit_once = rule(place=places, story=stories)(visit)
    visit_again = rule(place=places, story=stories)(visit)
    visit_more = rule(place=places, story=stories)(visit)

    def look_everywhere(self, story: Story) -> None:
        for place in range(len(self.devices)):
            self.only_look(place, story)

    def count(self, device: Device, story: Story, token: str, asked: Period) -> None:
        if device.reader is None:
            assert token
            device.token = token
            tally = self.reckoning.join([("device", token)], asked)
        else:
            tally = self.reckoning.join(self.labels(device.reader), asked)
        tally.period = tally.month(asked)
        tally.of(tally.period).add(story.key)

    def used(self, device: Device, asked: Period) -> int:
        tally = self.tally(device)
        assert tally
        return len(tally.of(tally.month(asked)))

    def only_look(self, place: int, story: Story) -> None:
        device = self.devices[place]
        word = self.expected(device, story, self.period, self.now)
        admission = gatekeeper.admit(self.request(device, "HEAD"), story, now=self.now)
        assert admission.decision.outcome == word
        assert admission.opens == (word in {"entitled", "read_before"})

    def prefetch(self, device: Device, story: Story, word: str) -> None:
        request = self.request(device, **{"Sec-Purpose": "prefetch"})
        admission = gatekeeper.admit(request, story, now=self.now)
        assert admission.postponed == (word == "metered")
        assert admission.opens == (word in {"entitled", "read_before"})

    def begin_several(self, place: int, several: list[Story]) -> None:
        """Look, and be slow about opening."""
        for story in several:
            self.begin(place, story)

    @precondition(lambda self: len(self.begun) < 6)
    @rule(place=places, story=stories)
    def begin(self, place: int, story: Story) -> None:
        device = self.devices[place]
        visitor = identify(self.request(device))
        decision, meter = gatekeeper.look(visitor, story, period=self.period, now=self.now)
        assert decision.outcome == self.expected(device, story, self.period, self.now)
        if decision.outcome == "metered":
            looker = Device(device.reader, device.token)
            self.begun.append(
                Begun(looker, visitor, story, decision, meter, self.tally(looker), self.now)
            )

    @rule(place=places, several=st.lists(stories, min_size=2, max_size=4, unique_by=id))
    def visit_several_at_once(self, place: int, several: list[Story]) -> None:
        self.begin_several(place, several)
        self.finish_some(len(several))

    @precondition(lambda self: self.begun)
    @rule(most=st.integers(1, 4))
    def finish_some(self, most: int) -> None:
        """Open at last, the latest first, whatever has happened meanwhile."""
        for visit in self.begun[: -most - 1 : -1]:
            self.begun.remove(visit)
            self.finish(visit)

    def finish(self, visit: Begun) -> None:
        asked = month_of(visit.now, UTC_ZONE)
        month, allowance = visit.meter.period, visit.decision.allowance or 0
        tally = visit.tally
        if tally is None or not tally.gone:
            tally = self.tally(visit.device)
        word = self.expected(visit.device, visit.story, asked, visit.now)
        if visit.tally is None and tally is None:
            first_try = allowance > 0
        else:
            tally = visit.tally or tally
            assert tally
            room = tally.period < month or len(tally.of(month)) < allowance
            first_try = not tally.gone and tally.period <= month and room and allowance > 0
            first_try = first_try and visit.story.key not in tally.of(month)
        if first_try:
            word = "metered"
        admission = gatekeeper._open(
            visit.visitor, visit.story, visit.decision, visit.meter, now=visit.now
        )
        assert admission.decision.outcome == word
        if word == "metered":
            self.count(visit.device, visit.story, admission.new_token, month)
            most = max(allowance, self.allowance(visit.story, visit.device.reader))
            assert self.used(visit.device, month) <= most
        self.look_everywhere(visit.story)

    @rule(days=st.sampled_from([-31, -2, 1, 2, 3, 31]))
    def time_goes_on(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule(section=st.sampled_from(["", "sport"]), readers=allowances, strangers=allowances)
    def staff_change_the_rule(self, section: str, readers: int, strangers: int) -> None:
        set_rule(section, readers=readers, strangers=strangers)
        if section:
            self.sport = (readers, strangers)
        else:
            self.house = (readers, strangers)

    @rule(place=places, mailbox=st.sampled_from(MAILBOXES))
    def sign_up_or_in(self, place: int, mailbox: str) -> None:
        """Sign in on a device, with the account of that number; make it where there is none."""
        account = place
        if account not in self.readers:
            email = f"{mailbox}+{account}@example.com"
            self.readers[account] = Reader.objects.create_user(email)
        self.sign_in(self.devices[place], account)

    @rule(place=places, account=places)
    def sign_in_elsewhere(self, place: int, account: int) -> None:
        if account in self.readers:
            self.sign_in(self.devices[place], account)

    def sign_in(self, device: Device, account: int) -> None:
        request = self.request(Device(None, device.token))
        user_logged_in.send(Reader, request=request, user=self.readers[account])
        tally = self.reckoning.join(self.labels(account), self.period)
        if device.token:
            self.reckoning.charge(("device", device.token), tally)
        device.reader = account

    @rule(place=places, cookies_too=st.booleans())
    def sign_out(self, place: int, cookies_too: bool) -> None:
        self.devices[place] = Device(token="" if cookies_too else self.devices[place].token)

    @rule(account=places, mailbox=st.sampled_from(MAILBOXES))
    def change_the_address(self, account: int, mailbox: str) -> None:
        if reader := self.readers.get(account):
            reader.email = f"{mailbox}+{account}@example.com"
            reader.save(update_fields=["email"])
            arriving.on_address_proved(EmailAddress(user=reader, email=reader.email))
            self.reckoning.join(self.labels(account), self.period)

    @rule(account=places)
    def delete_the_account(self, account: int) -> None:
        if reader := self.readers.pop(account, None):
            Reader.objects.get(pk=reader.pk).delete()
            self.rights.pop(account, None)
            self.reckoning.forget(("reader", str(account)))
            self.begun = [visit for visit in self.begun if visit.device.reader != account]
            for device in self.devices:
                if device.reader == account:
                    device.reader = None

    @rule(account=places, begins=st.integers(-1, 1), days=st.integers(1, 4))
    def give_or_withdraw_a_right(self, account: int, begins: int, days: int) -> None:
        if right := self.rights.pop(account, None):
            granting.withdraw(right, at=right.starts_at)
        elif account in self.readers:
            starts_at = self.now + timedelta(days=begins)
            self.rights[account] = granting.give(
                self.readers[account],
                Source.COURTESY,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(days=days),
            )

    @rule(cache_too=st.booleans())
    def forget_what_nobody_needs(self, cache_too: bool) -> None:
        forget_stray_meters(period=self.period)
        self.reckoning.forget_strays(self.period)
        if cache_too:
            cache.clear()

    # -- What always holds ---------------------------------------------------------------------

    @invariant()
    def every_count_is_the_number_of_its_stories(self) -> None:
        assert not broken_counts()

    @invariant()
    def the_database_says_what_was_reckoned(self) -> None:
        assert Meter.objects.count() == len(self.reckoning.all())
        assert MeterKey.objects.count() == len(self.reckoning.tallies)
        for account in self.readers:
            tally = self.reckoning.tallies.get(("reader", str(account)))
            read = MeteredRead.objects.filter(meter__keys__reader=self.readers[account])
            this_month = read.filter(period=(tally or Tally(self.period)).period.starts_date)
            keys = set(this_month.values_list("story_key", flat=True))
            assert keys == (tally.of(tally.period) if tally else set())


@pytest.mark.django_db
def test_any_sequence_and_interleaving_keeps_the_promises() -> None:
    run_state_machine_as_test(
        Newspaper,
        settings=settings(
            max_examples=50,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
