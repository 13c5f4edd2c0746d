"""Names of countries and regions in Chinese, as CLDR has them."""

from functools import cache

from babel import Locale

# CLDR names these without the country they belong to.
_OURS = {"TW": "中国台湾", "HK": "中国香港", "MO": "中国澳门", "CN": "中国内地"}

# CLDR also names groups, test codes and "unknown".
_NO_PLACES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})


@cache
def name(code: str) -> str:
    """Return the Chinese name of an ISO 3166-1 alpha-2 code, or the code itself."""
    return _OURS.get(code) or str(Locale("zh").territories.get(code, code))


@cache
def exists(code: str) -> bool:
    known = len(code) == 2 and code.isalpha() and code in Locale("zh").territories
    return known and code not in _NO_PLACES
