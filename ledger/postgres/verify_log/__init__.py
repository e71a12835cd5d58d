"""Checks the sealed book without trusting it; imports nothing of ours, to be copied alone."""
