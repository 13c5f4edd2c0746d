"""Drafts of trees, knowledge articles and common replies: edited, tried, checked, submitted,
published by a second person, and live without a restart."""
