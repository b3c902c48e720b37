"""Queries that are asked again and again: composed once, then only filled in.

To compose the SQL of a register's queries takes Django several times as long as it takes the database to answer them,
and to plan it takes PostgreSQL longer than to run it. A ``Prepared`` query is written like any other, as a function
that returns a queryset; its SQL is kept, and with it what reads the rows. PostgreSQL prepares it once a connection.
Nothing about the result differs, and tests hold the kept SQL against a freshly composed one.
"""

from collections.abc import Callable, Collection
from copy import copy
from datetime import date
from itertools import count
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import QuerySet
from django.db.transaction import TransactionManagementError

LONGEST = 64  # values in a collection; a longer one is composed each time, as it hardly comes again
LENGTHS = (0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, LONGEST)
numbers = count(1)
known: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()  # connection of the driver → what it has prepared
FIRST_MARKER = 4_100_000_000_000_000_001  # no key of a row: they are counted from 1


class Prepared:
    """``Prepared(compose)(**values)`` is ``list(compose(**values))``, without composing it anew.

    ``values`` are ids, days, words and UUIDs, or collections of ids, whose order may not matter. A value goes into the
    query as it is. Those that decide something in Python are named in ``fixed``: a query is kept for each of theirs.
    """

    def __init__(self, compose: Callable[..., QuerySet], fixed: Collection[str] = ()):
        self.compose, self.fixed = compose, fixed
        self._sentences: dict[tuple, _Sentence | None] = {}

    def __call__(self, **values) -> list:
        sentence, filling = self.sentence(values)
        return sentence.read(filling) if sentence else list(self.compose(**values))

    def sentence(self, values: dict[str, Any]) -> tuple["_Sentence | None", list]:
        """The kept query for values like these, and what to fill in; None where it has to be composed."""
        shape, filling = [], []
        for name, value in values.items():
            if name in self.fixed:
                shape.append((name, (value,)))
            elif isinstance(value, int | date | str | UUID):
                shape.append((name, type(value)))
                filling.append(value)
            else:
                ids = list(value)
                if len(ids) > LONGEST:
                    return None, []
                length = next(length for length in LENGTHS if length >= len(ids))
                shape.append((name, length))
                filling += ids + ids[-1:] * (length - len(ids))
        key = tuple(shape)
        if key not in self._sentences:
            self._sentences[key] = _Sentence.of(self.compose, key)
        return self._sentences[key], filling


class _Sentence:
    """The SQL of a query with its gaps, and what turns its rows into what the queryset would give."""

    def __init__(self, queryset: QuerySet, compiler, sql: str, params: list, gaps: list[tuple[int, int]]):
        self._queryset, self._compiler = queryset, compiler
        self._sql, self._params, self._gaps = sql, params, gaps
        self._converters = compiler.get_converters([column for column, *_ in compiler.select[: compiler.col_count]])
        self._name = f"prepared_{next(numbers)}"

    @classmethod
    def of(cls, compose: Callable[..., QuerySet], shape: tuple) -> "_Sentence | None":
        """None where the database need not be asked at all."""
        marked, markers = {}, []
        for name, kind in shape:
            if isinstance(kind, tuple):
                (marked[name],) = kind
            elif isinstance(kind, int):
                marked[name] = [_marker(int, len(markers) + n) for n in range(kind)]
                markers += marked[name]
            else:
                marked[name] = _marker(kind, len(markers))
                markers.append(marked[name])
        queryset = compose(**marked)
        compiler = queryset.query.get_compiler(queryset.db)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:
            return None
        places = {_adapted(marker): n for n, marker in enumerate(markers)}
        gaps = [(position, places[param]) for position, param in enumerate(params) if _is_marker(param, places)]
        if {place for _, place in gaps} != set(range(len(markers))):
            raise ValueError(f"{compose.__name__}: a value does not go into the query as it is")
        return cls(queryset, compiler, sql, list(params), gaps)

    def filled(self, filling: list) -> tuple[str, tuple]:
        """The SQL and its parameters."""
        params = self._params.copy()
        for position, place in self._gaps:
            params[position] = _adapted(filling[place])
        return self._sql, tuple(params)

    def read(self, filling: list) -> list:
        """The rows as the queryset would give them."""
        if self._queryset.query.select_for_update and not connection.in_atomic_block:
            # Django asks this where SQL is composed, which is done once.
            raise TransactionManagementError("a prepared query that locks needs a transaction")
        asked = self._executed(filling) if _prepares() else self.filled(filling)
        compiler = copy(self._compiler)
        compiler.connection = connections[DEFAULT_DB_ALIAS]
        compiler.as_sql = lambda: asked
        compiler.get_converters = lambda expressions: self._converters
        return list(self._queryset._iterable_class(_Asked(self._queryset, compiler)))

    def _executed(self, filling: list) -> tuple[str, tuple]:
        """The same as a call of the statement that this connection has prepared, now or before."""
        with connection.cursor() as cursor:
            prepared = known.setdefault(cursor.connection, set())
            if self._name not in prepared:
                from psycopg2.extensions import AsIs

                params = self._params.copy()
                for position, place in self._gaps:
                    params[position] = AsIs(f"${place + 1}")
                with connection.wrap_database_errors:
                    # Past Django's log of queries: it is no query, and comes once a connection.
                    cursor.cursor.execute(f"PREPARE {self._name} AS {self._sql}", params)
                prepared.add(self._name)
        gaps = ", ".join(["%s"] * len(filling))
        return f"EXECUTE {self._name} ({gaps})", tuple(filling)


def _prepares() -> bool:
    """PostgreSQL, reached without a pooler that hands a connection from one transaction to the next."""
    return connection.vendor == "postgresql" and not connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS")


class _Asked:
    """As much of a queryset as those need that read its rows."""

    def __init__(self, queryset: QuerySet, compiler):
        self.db, self.model, self._fields = queryset.db, queryset.model, queryset._fields
        self._known_related_objects = queryset._known_related_objects
        self.query, self._compiler = self, compiler

    def get_compiler(self, using: str):
        return self._compiler


def _marker(kind: type, place: int):
    """A value of its kind that stands for the one to come and is like no other in the query."""
    if kind is UUID:
        return UUID(int=FIRST_MARKER + place)
    if issubclass(kind, date):
        return date.fromordinal(place + 1)
    return kind(FIRST_MARKER + place) if kind is int else f"\x1a{place}"


def _adapted(value):
    """A value as the database of this site wants it."""
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return str(value) if isinstance(value, str) else value


def _is_marker(param, places: dict) -> bool:
    return isinstance(param, int | date | str | UUID) and param in places
