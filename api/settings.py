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
    project: Path = ROOT
    """The folder whose `data/` trainers' changes are written to."""
    public_url: str = ""
    """Where customers reach this product, as in https://chat.example.com: links in messages."""

    wechat_token: str = ""
    wechat_app_id: str = ""
    wechat_app_secret: str = ""
    wechat_aes_key: str = Field(default="", pattern=r"^([A-Za-z0-9+/]{43})?$")
    """The EncodingAESKey of safe mode; where it is set, plain messages are refused."""
    wechat_api_base: str = "https://api.weixin.qq.com"
    wechat_window_hours: float = Field(default=48, gt=0)
    """Figures of WeChat's documentation (docs/adr/0010); its pages disagree, so they are set."""
    wechat_messages_per_turn: int = Field(default=5, ge=1)
    wechat_messages_after_event: int = Field(default=3, ge=0)
    wechat_event_seconds: float = Field(default=60, ge=0)
    wechat_replay_seconds: int = Field(default=300, ge=1)

    @field_validator("public_url", "wechat_api_base")
    @classmethod
    def _address(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("要以 http:// 或 https:// 开头")
        return value.rstrip("/")

    @field_validator("clock")
    @classmethod
    def _aware(cls, value: datetime | None) -> datetime | None:
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value

    @property
    def wechat(self) -> bool:
        """Whether an Official Account is connected."""
        return bool(self.wechat_token and self.wechat_app_id)

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
