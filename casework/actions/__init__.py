"""What people do about an absence: one function, one transaction, one audit row, then what follows from it."""
