"""Pages of the students app."""
