"""Everything that changes a fact: one function, one transaction, one audit row, then what follows from it."""
