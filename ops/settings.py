"""The settings that the supervisor reads from the environment, and its files in the data folder."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from ops.ports import free_port, is_free

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_PORT = 8000
# Not 5005: `rasa shell` starts a server of its own there, beside the running product.
DEFAULT_BOT_PORT = 5105
DEFAULT_ACTIONS_PORT = 5055
DEFAULT_STAFF_PORT = 8100


class SettingsError(Exception):
    """A setting that cannot be used; the message says which and how to mend it."""


@dataclass(frozen=True)
class Settings:
    port: int
    bot_port: int
    actions_port: int
    staff_port: int
    data: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def logs(self) -> Path:
        return self.data / "log"

    @property
    def run(self) -> Path:
        """Files that mean something only while the product runs: pids, generated endpoints."""
        return self.data / "run"

    @classmethod
    def from_environment(cls) -> "Settings":
        port = _port(os.environ.get("ROAMDESK_PORT") or str(DEFAULT_PORT))
        data = Path(os.environ.get("ROAMDESK_DATA") or "var")
        # The usual ports for the usual product; several side by side take free ones.
        usual = port == DEFAULT_PORT
        ports: list[int] = []
        taken: set[int] = set()
        for preferred in (DEFAULT_BOT_PORT, DEFAULT_ACTIONS_PORT, DEFAULT_STAFF_PORT):
            mine = preferred if usual and is_free(preferred) else free_port(taken)
            taken.add(mine)
            ports.append(mine)
        bot, actions, staff = ports
        return cls(port, bot, actions, staff, data if data.is_absolute() else ROOT / data)

    def make_folders(self) -> None:
        """Private folders: logs hold the first password and what customers wrote."""
        try:
            for folder in (self.data, self.logs, self.run):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            probe = self.run / "writable"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise SettingsError(
                f"数据目录 {self.data} 无法写入（{error.strerror}）。请换一个：ROAMDESK_DATA=目录"
            ) from error

    def internal_key(self) -> str:
        """The secret that actions and API share; made once, readable by this user only."""
        given = os.environ.get("ROAMDESK_INTERNAL_KEY")
        if given:
            return given
        path = self.data / "internal.key"
        if not path.exists():
            draft = self.data / f"internal.key.{os.getpid()}"
            with open(
                os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii"
            ) as file:
                file.write(secrets.token_urlsafe(32) + "\n")
            try:
                os.link(draft, path)  # the first to link wins, and nobody ever reads half a key
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return path.read_text(encoding="ascii").strip()


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise SettingsError(f"ROAMDESK_PORT={text} 不是端口号。请用 1 到 65535 之间的数字。")
    return int(text)
