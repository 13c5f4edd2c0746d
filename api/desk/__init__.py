"""The agents' desk: what their pages are fed with."""
