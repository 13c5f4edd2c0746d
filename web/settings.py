"""What the staff's pages need to know of the product around them."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read from `ROAMDESK_*`; the supervisor sets all of them."""

    model_config = SettingsConfigDict(env_prefix="ROAMDESK_", extra="ignore")

    staff_port: int = 8100
    api_url: str = "http://127.0.0.1:8000"
    internal_key: str = ""
