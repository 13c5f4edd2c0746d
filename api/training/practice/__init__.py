"""Practice: a trainer talks to a candidate model beside the one in use; nothing of it is kept."""
