"""What the product consists of: API, Rasa, action server, and how each is told of the others."""

import json
import sys
from pathlib import Path

from ruamel.yaml import YAML

from ops.child import Spec
from ops.settings import ROOT, Settings

BOT_PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"
MODELS = ROOT / "models"

WRONG_SETTING = 2  # the API's exit code, after a sentence that names the setting

QUIET = {
    "PYTHONUTF8": "1",
    "PYTHONUNBUFFERED": "1",
    # Set on some machines; without bytecode each start compiles all libraries anew, 5 s and more.
    "PYTHONDONTWRITEBYTECODE": "",
    "PYTHONWARNINGS": "ignore",
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}


def api(settings: Settings) -> Spec:
    return Spec(
        "api",
        "接口服务",
        [sys.executable, "-m", "api"],
        ROOT,
        {
            **_shared(settings),
            "ROAMDESK_PORT": str(settings.port),
            "ROAMDESK_DATA": str(settings.data),
            "ROAMDESK_BOT_URL": f"http://127.0.0.1:{settings.bot_port}",
            "ROAMDESK_ACTIONS_URL": f"http://127.0.0.1:{settings.actions_port}",
            "ROAMDESK_STAFF_URL": f"http://127.0.0.1:{settings.staff_port}",
        },
        hopeless_codes=frozenset({WRONG_SETTING}),
    )


def staff_pages(settings: Settings) -> Spec:
    """A process of their own: building a page costs CPU that customers' turns must not pay."""
    return Spec(
        "staff",
        "坐席页面",
        [sys.executable, "-m", "web"],
        ROOT,
        {
            **_shared(settings),
            "ROAMDESK_STAFF_PORT": str(settings.staff_port),
            "ROAMDESK_API_URL": settings.url,
        },
    )


def actions(settings: Settings) -> Spec:
    return Spec(
        "actions",
        "动作服务",
        [
            str(BOT_PYTHON),
            "-m",
            "rasa_sdk",
            "--actions",
            "actions",
            "-p",
            str(settings.actions_port),
        ],
        ROOT,
        {
            **_shared(settings),
            # It binds 0.0.0.0 when not told; and it closes idle connections after 5 s, on which
            # Rasa then writes: the action's events are lost and the customer gets no answer.
            "SANIC_HOST": "127.0.0.1",
            "SANIC_KEEP_ALIVE_TIMEOUT": "120",
            "ROAMDESK_API_URL": settings.url,
        },
    )


def rasa(settings: Settings, model: Path) -> Spec:
    """Rasa with a model; its address is written down for whoever promotes another one."""
    url = settings.run / "bot.url"
    url.write_text(f"http://127.0.0.1:{settings.bot_port}\n", encoding="ascii")
    return Spec(
        "rasa",
        "Rasa",
        [
            *(str(BOT_PYTHON), "-m", "rasa", "run", "--enable-api"),
            *("-i", "127.0.0.1", "-p", str(settings.bot_port)),
            *("-m", str(model), "--endpoints", str(write_endpoints(settings))),
        ],
        ROOT,
        # As for the actions: a customer's next message is often more than 5 s away.
        {**_shared(settings), "SANIC_KEEP_ALIVE_TIMEOUT": "120"},
    )


def training() -> Spec:
    return Spec("train", "训练", [str(BOT_PYTHON), "-m", "bot.train"], ROOT, QUIET)


def training_check() -> list[str]:
    """A command that exits 0 when the current model fits its inputs."""
    return [str(BOT_PYTHON), "-m", "bot.train", "--check"]


def current_model() -> Path | None:
    """The model file that the last training left, whether or not it still fits the data."""
    try:
        name = json.loads((MODELS / "current.json").read_text(encoding="utf-8"))["model"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    path = MODELS / f"{name}.tar.gz"
    return path if path.is_file() else None


def write_endpoints(settings: Settings) -> Path:
    """The repository's endpoints.yml with this run's action server in it."""
    yaml = YAML()
    source = ROOT / "endpoints.yml"
    endpoints = yaml.load(source.read_text(encoding="utf-8")) if source.exists() else None
    endpoints = endpoints or {}
    url = f"http://127.0.0.1:{settings.actions_port}/webhook"
    endpoints["action_endpoint"] = {**endpoints.get("action_endpoint", {}), "url": url}
    path = settings.run / "endpoints.yml"
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(endpoints, file)
    return path


def _shared(settings: Settings) -> dict[str, str]:
    return {**QUIET, "ROAMDESK_INTERNAL_KEY": settings.internal_key()}
