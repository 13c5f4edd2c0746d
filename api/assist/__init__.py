"""What an agent may say next: candidates of five sources, weighed, kept as suggestions."""
