"""How many examples a property test of rows looks at."""

on_another_database = False  # whether all has been tried on a first one; set by conftest before the tests are read


def examples(number: int) -> int:
    """``number``, or on another database a quarter of it: there only the queries are on trial."""
    return -(-number // 4) if on_another_database else number
