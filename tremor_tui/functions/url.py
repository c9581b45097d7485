"""`std::url`: text in URLs."""

from __future__ import annotations

from urllib.parse import quote, unquote_to_bytes

from tremor_tui.functions.contract import FunctionError, Module, text_of
from tremor_tui.model.batch import Value

url = Module("url")


@url.function("str", returns="string", examples=[('url::encode("a b/c")', "a%20b%2Fc")])
def encode(given: Value) -> Value:
    """The text with everything but ASCII letters and digits as `%XX`."""
    text = quote(text_of(given, 0), safe="", errors="surrogatepass")
    # `quote` leaves these four as they are
    for letter in "-._~":
        text = text.replace(letter, f"%{ord(letter):02X}")
    return text


@url.function("str", returns="string", examples=[('url::decode("a%20b%2Fc")', "a b/c")])
def decode(given: Value) -> Value:
    """The text with every `%XX` read as a byte of UTF-8."""
    try:
        return unquote_to_bytes(text_of(given, 0)).decode()
    except UnicodeDecodeError as error:
        raise FunctionError(
            f"the string decodes to bytes that are not UTF-8, from {error.start} on", 0
        ) from None
