"""Pages of what is found while somebody types: whether there are more is all that is asked, not how many."""

from typing import Any

from django.core.paginator import EmptyPage, Page, Paginator


class UncountedPaginator(Paginator[Any]):
    """Pages that look one row ahead, where Django counts all rows first."""

    def page(self, number: Any) -> "UncountedPage":
        """Return the page, empty past the last one. Raises EmptyPage before the first."""
        if number < 1:
            raise EmptyPage
        begin, size = (number - 1) * self.per_page, self.per_page
        rows: list[Any] = list(self.object_list[begin : begin + size + 1])
        return UncountedPage(rows[:size], number, self, has_more=len(rows) > size)


class UncountedPage(Page[Any]):
    """A page that knows whether there is another one."""

    def __init__(self, rows: list[Any], number: int, paginator: UncountedPaginator, *, has_more: bool) -> None:
        super().__init__(rows, number, paginator)
        self._has_more = has_more

    def has_next(self) -> bool:
        return self._has_more
