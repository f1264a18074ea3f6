"""Letters need a newspaper that sells at the sandbox."""

from tests.payments.conftest import paper, sandbox

__all__ = ["paper", "sandbox"]
