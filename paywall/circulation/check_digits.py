"""Account numbers whose last digit checks the others. Pure."""

from collections.abc import Callable


def _luhn(key: str) -> bool:
    """ISO/IEC 7812-1, annex B: every second digit from the right is doubled."""
    digits = [int(digit) for digit in reversed(key)]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _mod11(key: str) -> bool:
    """Weights 2, 3, 4 … from the right; the last digit makes it a multiple of 11, X being 10."""
    last = 10 if key[-1] == "X" else int(key[-1])
    weighted = sum(int(digit) * weight for weight, digit in enumerate(reversed(key[:-1]), 2))
    return (weighted + last) % 11 == 0


CHECKS: dict[str, Callable[[str], bool]] = {"luhn": _luhn, "mod11": _mod11}


def is_checked(key: str, check: str) -> bool:
    """Tell whether a number's last digit is the one that its others ask for."""
    if not key.isascii() or not key[:-1].isdigit():
        return False
    if not (key[-1].isdigit() or (check == "mod11" and key[-1] == "X")):
        return False
    return CHECKS[check](key)
