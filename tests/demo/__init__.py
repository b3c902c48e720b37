"""A package for the sake of its fixture of scope "package": one county for all tests in here."""
