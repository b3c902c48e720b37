"""Forms of the students app. Their labels, hints and errors are what people read."""
