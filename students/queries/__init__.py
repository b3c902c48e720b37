"""Everything that is read for a page or a calculation."""
