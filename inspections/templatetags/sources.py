"""Where an item of a checklist comes from, in words."""

from django import template

from casework.queries.duties import source_words

register = template.Library()
register.filter("source_words", source_words)
