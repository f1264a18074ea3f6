"""The newspaper whose packages are at the sandbox, for what its readers subscribe to."""

from tests.payments.conftest import paper, sandbox

__all__ = ["paper", "sandbox"]
