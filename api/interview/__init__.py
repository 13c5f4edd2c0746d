"""The interview: what was understood becomes facts, the tree gives the step, the step words."""
