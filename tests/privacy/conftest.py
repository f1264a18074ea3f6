"""The newspaper whose packages are at the sandbox, for readers who leave it."""

from tests.payments.conftest import paper, sandbox

__all__ = ["paper", "sandbox"]
