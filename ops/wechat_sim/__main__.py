"""`python -m ops.wechat_sim`: the stand-in alone, or (`make wechat-sim`) with the product."""

import asyncio
from typing import Annotated, cast, get_args

import typer

from ops.settings import SettingsError
from ops.supervisor import follow_parent
from ops.terminal import Terminal
from ops.wechat_sim.account import Account, Mode
from ops.wechat_sim.together import alone, together

DEFAULT_PORT = 8090
CALLBACK = "http://127.0.0.1:8000/v1/channels/wechat"


def main(
    port: Annotated[
        int, typer.Option(envvar="ROAMDESK_WECHAT_SIM_PORT", min=1, max=65535)
    ] = DEFAULT_PORT,
    with_product: Annotated[bool, typer.Option(help="Start the product too, set to this.")] = False,
    callback: Annotated[str, typer.Option(help="Where pushes go, when alone.")] = CALLBACK,
    mode: Annotated[str, typer.Option(help="plain, compat or safe")] = "safe",
    token: Annotated[str, typer.Option(envvar="ROAMDESK_WECHAT_TOKEN")] = "",
    app_id: Annotated[str, typer.Option(envvar="ROAMDESK_WECHAT_APP_ID")] = "",
    app_secret: Annotated[str, typer.Option(envvar="ROAMDESK_WECHAT_APP_SECRET")] = "",
    aes_key: Annotated[str, typer.Option(envvar="ROAMDESK_WECHAT_AES_KEY")] = "",
) -> None:
    """Stand in for WeChat's servers until Ctrl-C."""
    terminal = Terminal()
    try:
        if with_product:
            follow_parent()
            code = asyncio.run(together(terminal, port))
        else:
            made_up = Account.made_up()
            account = Account(
                app_id or made_up.app_id,
                app_secret or made_up.secret,
                token or made_up.token,
                aes_key or made_up.aes_key,
            )
            code = asyncio.run(alone(terminal, port, callback, account, _mode(mode)))
    except SettingsError as error:
        terminal.line("wechat", str(error), "bad")
        code = 2
    raise typer.Exit(code)


def _mode(text: str) -> Mode:
    if text in get_args(Mode):
        return cast("Mode", text)
    raise SettingsError(f"--mode {text} 不认识。请用 plain、compat 或 safe。")


if __name__ == "__main__":
    typer.run(main)
