"""The only package that knows Rasa's JSON."""

from api.bot_gateway.client import BotAnswer, BotGateway, BotSilent, Understanding

__all__ = ["BotAnswer", "BotGateway", "BotSilent", "Understanding"]
