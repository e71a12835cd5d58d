"""Every door: pages, JSON, callbacks, clock, command line."""
