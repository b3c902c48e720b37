"""Whose posts the reader holds at a school, for the table of states."""

from returns.states import Post
from students.access import Scope


def posts_of(scope: Scope, school: int) -> frozenset[Post]:
    """What a person may be asked for in the return of a school."""
    held = {Post.SCHOOL: scope.runs(school), Post.HEAD: school in scope.led, Post.BUREAU: scope.is_bureau}
    return frozenset(post for post, is_held in held.items() if is_held)
