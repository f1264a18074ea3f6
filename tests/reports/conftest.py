"""Stripe in this process."""

from tests.payments.conftest import paper, sandbox

__all__ = ["paper", "sandbox"]
