"""Placeholder until the measured cuts are in."""


def apply() -> None:
    """Nothing yet."""
