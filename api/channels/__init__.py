"""The ways in: each takes a customer's words from somewhere and brings the answers back."""
