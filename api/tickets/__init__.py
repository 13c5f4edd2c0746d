"""Tickets: number, lifecycle, clocks and append-only events."""
