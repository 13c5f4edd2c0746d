"""Tells whether words that went to one customer may be offered for another."""

import re

from api import privacy

_OF_ONE_CASE = re.compile(
    r"RD\d{8}-\d+|\d{1,2} ?月 ?\d{1,2} ?日|今天|明天|昨天|[\u3400-\u9fff](?:先生|女士)"
)
"""A ticket's number, a day and a form of address are true of one customer alone."""


def is_general(text: str) -> bool:
    """Whether `text` names nothing that belongs to one person or one case."""
    return _OF_ONE_CASE.search(text) is None and privacy.mask(text) == text
