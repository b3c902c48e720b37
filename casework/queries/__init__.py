"""What the pages of duties and boards read."""
