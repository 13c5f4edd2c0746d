"""How well messages are understood: a test set, scores, a page, and pipelines side by side."""
