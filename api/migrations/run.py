"""Runs migrations from Python: `python -m api.migrations.run [new "what changes"]`."""

import sys
import time
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from api.settings import Settings

TRIES = 10
PAUSE_SECONDS = 2.0


def config() -> Config:
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    settings.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return settings


def upgrade(url: str) -> None:
    """Bring the database at `url` to the newest revision; wait a while for a server that starts."""
    engine = create_engine(url.replace("+aiosqlite", ""))
    for attempt in range(1, TRIES + 1):
        try:
            with engine.begin() as connection:
                alembic = config()
                alembic.attributes["connection"] = connection
                command.upgrade(alembic, "head")
            break
        except OperationalError as error:
            print(f"数据库还没有响应（第 {attempt} 次）：{error.orig}", file=sys.stderr, flush=True)
            if attempt == TRIES:
                raise
            time.sleep(PAUSE_SECONDS)
    engine.dispose()


def new(url: str, what: str) -> None:
    """Write a new revision from the difference between the tables and the database."""
    engine = create_engine(url.replace("+aiosqlite", ""))
    with engine.begin() as connection:
        alembic = config()
        alembic.attributes["connection"] = connection
        command.revision(alembic, what, autogenerate=True)


if __name__ == "__main__":
    target = Settings().database
    if sys.argv[1:2] == ["new"]:
        new(target, sys.argv[2])
    else:
        upgrade(target)
