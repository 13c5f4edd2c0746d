"""Personal data in texts and facts, masked: numbers of people and cards, e-mail, names (P11).

Pure. Better one number too many than one too few: every unbroken run of 11 digits or more is
masked, whatever it is, unless it is a date with time.
"""

from api.privacy.names import mask_names
from api.privacy.numbers import mask_numbers, mask_personal, masked

__all__ = ["mask", "mask_number", "masked"]

PERSONAL_FACTS = frozenset({"msisdn", "iccid", "imsi"})


def mask(text: str) -> str:
    """Return `text` with personal numbers (189****1234), e-mail (a***@…) and names (张*) masked.

    Masking twice changes nothing more. The result may be longer or shorter than `text`.
    """
    return mask_names(mask_numbers(text))


def mask_number(fact: str, value: str) -> str:
    """Return the value of `fact` as staff may see it: a personal number masked whatever its
    length, anything else as `mask` leaves it."""
    return mask_personal(value) if fact in PERSONAL_FACTS else mask(value)
