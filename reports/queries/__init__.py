"""The tables that can be read, drawn or exported."""
