"""Bodies that are no JSON: YAML and tables, as `manage.py apply` and `import_accounts` read them."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from panels.declarations.yaml_files import MAX_BYTES, Unreadable, load


class YamlParser(BaseParser):
    """Plain YAML of bounded size and depth."""

    media_type = "application/yaml"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            return load(stream.read(MAX_BYTES + 1))
        except Unreadable as error:
            raise ParseError(str(error)) from None


class CsvParser(BaseParser):
    """A table, as its bytes: its lines are read one by one, each with what is wrong with it."""

    media_type = "text/csv"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        return stream.read(MAX_BYTES + 1)
