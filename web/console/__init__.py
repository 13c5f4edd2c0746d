"""The agents' console: queue, conversation, case; back-office desk, common replies, overview."""
