"""`python -m web`: serve the staff's pages on loopback; the API passes them through."""

import os
import sys

import uvicorn

from web.app import create_app
from web.settings import Settings

POLITENESS = 10
"""Added to the process's niceness."""


def main() -> int:
    # Where cores are short, a customer's turn comes before the building of a page.
    os.nice(POLITENESS)
    settings = Settings()
    uvicorn.run(
        create_app(settings),
        host="127.0.0.1",
        port=settings.staff_port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=2,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
