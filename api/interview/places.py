"""Names of countries and regions in Chinese, as CLDR has them."""

from functools import cache

from babel import Locale

# CLDR names these without the country they belong to.
_OURS = {"TW": "中国台湾", "HK": "中国香港", "MO": "中国澳门", "CN": "中国内地"}


@cache
def name(code: str) -> str:
    """Return the Chinese name of an ISO 3166-1 alpha-2 code, or the code itself."""
    return _OURS.get(code) or str(Locale("zh").territories.get(code, code))


@cache
def exists(code: str) -> bool:
    return code in _OURS or code in Locale("zh").territories
