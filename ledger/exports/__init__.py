"""The journal in the words of others' tools."""
