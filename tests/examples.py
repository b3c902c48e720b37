"""How many examples a property test of rows looks at."""

ANOTHER_DATABASE = 4  # there only the queries are on trial: what they are asked for has been tried on the first
share = 1  # set by conftest before the tests are read


def is_another_database() -> bool:
    """Whether what is run has been run whole on the first database."""
    return share > 1


def examples(number: int) -> int:
    """``number``, or on another database a part of it."""
    return -(-number // share)
