"""How fast the running product is, beside a stock Rasa bot on the same words in the same run."""
