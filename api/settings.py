"""Everything the environment may set, with its default; the names are the contract's."""

import os
import secrets
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"


class Settings(BaseSettings):
    """Read from `ROAMDESK_*`; a wrong value stops the start with a sentence that names it."""

    model_config = SettingsConfigDict(env_prefix="ROAMDESK_", extra="ignore")

    port: int = Field(default=8000, ge=1, le=65535)
    host: str = "127.0.0.1"
    data: Path = ROOT / "var"
    database_url: str = ""
    admin_password: str = ""
    backoffice: str = "sample"
    rate_limits: Literal["on", "off"] = "on"
    clock: datetime | None = None
    bot_url: str = "http://127.0.0.1:5105"
    actions_url: str = "http://127.0.0.1:5055"
    staff_url: str = "http://127.0.0.1:8100"
    """Where the process of the staff's pages listens."""
    internal_key: str = ""
    smsc_number: str = ""
    """G2.3: the G side's SMS centre; blank in the guide, so it is the operator's to set."""
    embed_origins: str = "*"
    """Sites that may embed the widget, separated by spaces."""
    bot_timeout_seconds: float = Field(default=20.0, gt=0)

    @field_validator("clock")
    @classmethod
    def _aware(cls, value: datetime | None) -> datetime | None:
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value

    @cached_property
    def database(self) -> str:
        """The SQLAlchemy URL; PostgreSQL is always driven by psycopg 3."""
        if not self.database_url:
            return f"sqlite+aiosqlite:///{self.data / 'roamdesk.db'}"
        for prefix in ("postgresql://", "postgres://"):
            if self.database_url.startswith(prefix):
                return "postgresql+psycopg://" + self.database_url.removeprefix(prefix)
        if self.database_url.startswith("sqlite:///"):
            return "sqlite+aiosqlite:///" + self.database_url.removeprefix("sqlite:///")
        return self.database_url

    def secret(self, name: str, given: str = "") -> str:
        """Return the secret `name`, making and keeping it (mode 0600) at first use."""
        if given:
            return given
        path = self.data / f"{name}.key"
        if not path.exists():
            keep_privately(path, secrets.token_urlsafe(32))
        return path.read_text().strip()


def keep_privately(path: Path, secret: str) -> None:
    """Write a secret that only this user can read; what stands there already is kept."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w") as file:
        file.write(secret + "\n")
