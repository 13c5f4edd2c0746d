"""Makes the back office that a setting names."""

from api.backoffice.http import HttpBackOffice
from api.backoffice.none import NoBackOffice
from api.backoffice.protocol import BackOffice
from api.backoffice.sample import SampleBackOffice, sample_subscribers


def build(setting: str, *, timeout_seconds: float = 3.0, token: str = "") -> BackOffice:
    """Return the back office for `setting`: none, sample, or the http(s) address of a connector.

    `token`, when given, goes with each request as a bearer token (http only).
    Raises ValueError for anything else, so that a wrong setting stops the start.
    """
    wanted = setting.strip()
    if wanted in {"", "none"}:
        return NoBackOffice()
    if wanted == "sample":
        return SampleBackOffice(sample_subscribers())
    if wanted.startswith(("http://", "https://")):
        return HttpBackOffice(wanted, timeout_seconds=timeout_seconds, token=token)
    raise ValueError("ROAMDESK_BACKOFFICE must be none, sample or an http(s) address")
