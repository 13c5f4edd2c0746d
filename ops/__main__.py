"""`python -m ops run`: the product on one machine, one Ctrl-C ends it."""

import asyncio
from typing import Annotated

import typer

from ops.settings import Settings, SettingsError
from ops.supervisor import Supervisor, follow_parent
from ops.terminal import Terminal

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def ops() -> None:
    """RoamDesk's processes."""


@app.command()
def run(
    verbose: Annotated[bool, typer.Option(help="Show every line of every child.")] = False,
    with_parent: Annotated[
        bool, typer.Option(help="End when the process that started this is gone.")
    ] = False,
) -> None:
    """Serve until Ctrl-C: starts the API, trains where needed, starts Rasa and its actions."""
    if with_parent:
        follow_parent()
    terminal = Terminal()
    try:
        code = asyncio.run(_run(terminal, verbose=verbose))
    except SettingsError as error:
        terminal.line("roamdesk", str(error), "bad")
        code = 2
    raise typer.Exit(code)


async def _run(terminal: Terminal, *, verbose: bool) -> int:
    return await Supervisor(Settings.from_environment(), terminal, verbose=verbose).run()


if __name__ == "__main__":
    app()
