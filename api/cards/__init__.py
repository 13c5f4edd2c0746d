"""The numbers of a card, part by part: ICCID, IMSI, MDN and UIMID by the guide's rules G1.2-G1.5.

Pure: the tables (data/cards/tables.yml) are given by the caller. Only `endpoints` knows the web.
"""

from api.cards.decode import Decoded, Kind, Part, decode
from api.cards.tables import Tables

__all__ = ["Decoded", "Kind", "Part", "Tables", "decode"]
