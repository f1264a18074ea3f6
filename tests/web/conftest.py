"""The newspaper whose packages are at the sandbox, for pages that sell them."""

from tests.payments.conftest import paper, sandbox

__all__ = ["paper", "sandbox"]
