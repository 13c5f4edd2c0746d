"""Rasa's actions: what was understood goes to the API in one call, what came back is uttered."""

import os

# The SDK reads it after it has imported us, and without it listens to the whole network.
os.environ.setdefault("SANIC_HOST", "127.0.0.1")

from actions.interview import ActionInterview

__all__ = ["ActionInterview"]
