"""The front door and the record of truth: conversations, cases and tickets."""
