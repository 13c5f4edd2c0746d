"""Times as a traveller reads them: Beijing's, and their own where the place is known."""

from datetime import datetime, time, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from api.clock import BEIJING


def spoken(instant: datetime, country: str | None = None) -> str:
    """Return e.g. `10月9日 18:00（当地 12:00）`; the end of a day is said as its last minute."""
    here = instant.astimezone(BEIJING)
    text = f"{here.month}月{here.day}日 {here:%H:%M}"
    if here.time() == time():
        # A clock of days is due when its last day ends; nobody reads 0:00 as the day before.
        last = here - timedelta(days=1)
        text = f"{last.month}月{last.day}日 24:00"
    zone = only_zone(country) if country else None
    if zone is None:
        return text
    there = instant.astimezone(zone)
    if there.utcoffset() == here.utcoffset():
        return text
    day = "" if there.date() == here.date() else f"{there.month}月{there.day}日 "
    return f"{text}（当地 {day}{there:%H:%M}）"


@cache
def only_zone(country: str) -> ZoneInfo | None:
    """Return the time zone of a country that has just one (IANA zone.tab)."""
    zones = _zones().get(country, [])
    return ZoneInfo(zones[0]) if len(zones) == 1 else None


@cache
def _zones() -> dict[str, list[str]]:
    table = files("tzdata").joinpath("zoneinfo/zone.tab").read_text(encoding="utf-8")
    zones: dict[str, list[str]] = {}
    for line in table.splitlines():
        if line and not line.startswith("#"):
            country, _, zone, *_ = line.split("\t")
            zones.setdefault(country, []).append(zone)
    return zones
