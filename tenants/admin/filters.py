"""Filters by words that the code knows: to offer those that are in use, Django would read all rows."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from django.contrib.admin import AllValuesFieldListFilter


def by_known(words: Callable[[], Mapping[str, object]]) -> type[AllValuesFieldListFilter]:
    """Return a filter by the values that `words` names, in this order, when a page asks for them."""

    class KnownFilter(AllValuesFieldListFilter):
        names: ClassVar[Any] = staticmethod(words)

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.lookup_choices: Any = list(self.names())

        def choices(self, changelist: Any) -> Iterator[Any]:
            words = self.names()
            for choice in super().choices(changelist):
                yield {**choice, "display": str(words.get(choice["display"], choice["display"]))}

    return KnownFilter
