"""What a message says, found without Rasa: pure functions over text, tested by themselves."""
