"""The review queue: which messages teach most, and what trainers say they mean."""
