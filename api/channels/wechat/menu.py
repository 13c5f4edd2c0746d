"""The Official Account's menu (data/wechat/menu.yml): its buttons speak in the customer's name."""

from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from api.settings import DATA

MENU = DATA / "wechat" / "menu.yml"
MAX_NAME_BYTES, MAX_SUB_NAME_BYTES = 16, 60
"""Of WeChat's menu/create; the page stands in the file."""


class Button(BaseModel):
    """Says something (`key`, `says`), opens the web page (`url`), or holds other buttons."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    key: str = Field(default="", max_length=64)
    says: str = ""
    url: str = ""
    buttons: tuple["Button", ...] = Field(default=(), max_length=5)

    @model_validator(mode="after")
    def _one_thing(self) -> "Button":
        if [bool(self.key and self.says), bool(self.url), bool(self.buttons)].count(True) != 1:
            raise ValueError(f"{self.name}: give key and says, or url, or buttons")
        if any(len(one.name.encode()) > MAX_SUB_NAME_BYTES for one in self.buttons):
            raise ValueError(f"{self.name}: a name below has more than {MAX_SUB_NAME_BYTES} bytes")
        return self


class Menu(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    buttons: tuple[Button, ...] = Field(min_length=1, max_length=3)

    @model_validator(mode="after")
    def _short(self) -> "Menu":
        if any(len(one.name.encode()) > MAX_NAME_BYTES for one in self.buttons):
            raise ValueError(f"a name has more than {MAX_NAME_BYTES} bytes")
        return self

    @property
    def says(self) -> dict[str, str]:
        """Return the words of each key."""
        every = [one for top in self.buttons for one in (top, *top.buttons)]
        return {one.key: one.says for one in every if one.key}


def read_menu(path: Path = MENU) -> Menu:
    """Read a menu file.

    Raises ValueError, naming the file, when it does not fit.
    """
    try:
        return Menu.model_validate(YAML(typ="safe").load(path))
    except (ValueError, YAMLError) as error:
        raise ValueError(f"{path.name}: {error}") from error


@cache
def menu() -> Menu:
    return read_menu()


def for_wechat(given: Menu, public_url: str) -> dict[str, Any]:
    """Return the menu as menu/create takes it; a `url` that begins with / is the product's own,
    and is left out where the product has no public address."""
    top = [_button(one, public_url) for one in given.buttons]
    return {"button": [one for one in top if one]}


def _button(one: Button, public_url: str) -> dict[str, Any] | None:
    if one.buttons:
        below = [shown for each in one.buttons if (shown := _button(each, public_url))]
        return {"name": one.name, "sub_button": below} if below else None
    if one.key:
        return {"name": one.name, "type": "click", "key": one.key}
    url = public_url + one.url if one.url.startswith("/") else one.url
    return {"name": one.name, "type": "view", "url": url} if url.startswith("http") else None
