"""From 'I want to pay' to 'I have proof'."""
