"""Bodies as they are taken."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class PlainJsonParser(JSONParser):
    """JSON without bottomless nests, and without the halves of characters that no answer could quote."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            data: Any = super().parse(stream, media_type, parser_context)
            json.dumps(data, ensure_ascii=False).encode()
        except RecursionError:
            raise ParseError(_("This JSON is nested too deep.")) from None
        except UnicodeEncodeError:
            raise ParseError(_("There is half a character in this JSON, such as \\ud800.")) from None
        return data
