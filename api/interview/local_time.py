"""Times as a traveller reads them: Beijing's, and their own where the place is known."""

from datetime import datetime, time, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from api.clock import BEIJING


def spoken(instant: datetime, country: str | None = None) -> str:
    """Return e.g. `10月9日 18:00（当地 12:00）`; the end of a day is said as its last minute."""
    here = instant.astimezone(BEIJING)
    day, clock = here.date(), f"{here:%H:%M}"
    if here.time() == time():
        # A clock of days is due when its last day ends; nobody reads 0:00 as the day before.
        day, clock = day - timedelta(days=1), "24:00"
    text = f"{day.month}月{day.day}日 {clock}"
    zone = only_zone(country) if country else None
    there = instant.astimezone(zone) if zone else here
    if there.utcoffset() == here.utcoffset():
        return text
    other_day = "" if there.date() == day else f"{there.month}月{there.day}日 "
    return f"{text}（当地 {other_day}{there:%H:%M}）"


def at_latest(due: datetime, country: str | None, then: str) -> str:
    """Return e.g. `最晚 10月9日 18:00 答复您`; after a bracket there is no space."""
    text = spoken(due, country)
    return f"最晚 {text}{'' if text.endswith('）') else ' '}{then}"


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
