"""Replies proposed to an agent, and what became of each."""
