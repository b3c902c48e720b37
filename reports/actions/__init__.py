"""What the reports app writes."""
