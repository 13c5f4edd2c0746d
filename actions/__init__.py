"""Rasa's actions: what was understood goes to the API in one call, what came back is uttered."""

from actions.interview import ActionInterview

__all__ = ["ActionInterview"]
