"""上报: each school's monthly return, signed, filed, accepted, amended by numbers."""
