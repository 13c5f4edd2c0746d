"""What a message says, found without Rasa: pure functions over text, small and tested by themselves."""
