"""Rasa components: thin adapters around bot.understanding, named one by one in config.yml."""

from bot import rasa_patches

rasa_patches.apply()
