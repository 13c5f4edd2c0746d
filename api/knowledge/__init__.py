"""The knowledge articles: short answers to general questions, each with its source, and search."""

from api.knowledge.articles import Article, read_articles
from api.knowledge.search import Hit, KnowledgeBase

__all__ = ["Article", "Hit", "KnowledgeBase", "read_articles"]
