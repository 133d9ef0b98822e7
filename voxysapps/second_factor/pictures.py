"""QR codes, as SVG that needs neither a file nor a style."""

import qrcode
from django.utils.html import format_html
from django.utils.safestring import SafeString

# The empty edge that cameras need around the code.
_QUIET = 4


def qr_code(text: str) -> SafeString:
    """Return an image of the text, black on white in every theme."""
    code = qrcode.QRCode(border=0)
    code.add_data(text)
    matrix = code.get_matrix()
    size = len(matrix) + 2 * _QUIET
    squares = ((x + _QUIET, y + _QUIET) for y, row in enumerate(matrix) for x, is_dark in enumerate(row) if is_dark)
    return format_html(
        '<svg class="qr-code" viewBox="0 0 {0} {0}" shape-rendering="crispEdges" aria-hidden="true">'
        '<rect width="{0}" height="{0}" fill="#fff"/><path fill="#000" d="{1}"/></svg>',
        size,
        "".join(f"M{x} {y}h1v1h-1z" for x, y in squares),
    )
