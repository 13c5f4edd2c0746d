"""A running case: the facts with who said them and when; its step comes from replaying them."""
