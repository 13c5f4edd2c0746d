"""Common replies that supervisors maintain; agents are offered them as suggestions."""
