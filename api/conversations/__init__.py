"""The front door: what customers say is stored here first, and here it is decided who speaks."""
