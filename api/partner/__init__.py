"""JSON doors for portals and authorities."""
