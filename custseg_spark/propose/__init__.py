"""A recipe for a table that nobody has written one for: kinds of columns, candidates, the draft as text."""
