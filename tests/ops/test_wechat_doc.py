"""The operator's guide names every setting and every error code that the product acts on."""

import re

import pytest

from api.channels.wechat import client, delivery, reach
from api.settings import Settings
from ops.settings import ROOT
from ops.wechat_sim.account import Account

GUIDE = (ROOT / "docs" / "wechat.md").read_text("utf-8")
SETTINGS = [name for name in Settings.model_fields if name.startswith("wechat_")]
CODES = {*client.TOKEN_CODES, *client.BUSY_CODES, *delivery.REFUSALS, *reach.REASONS}
NOT_AN_OPERATORS = {41001, 40003}
"""Of calls that the product never makes, and of customers that WeChat made up."""


@pytest.mark.parametrize("name", [*SETTINGS, "public_url"])
def test_every_setting_is_explained(name: str) -> None:
    assert f"| `ROAMDESK_{name.upper()}` |" in GUIDE


@pytest.mark.parametrize("code", sorted(CODES - NOT_AN_OPERATORS))
def test_every_error_code_says_what_to_do(code: int) -> None:
    rows = GUIDE.partition("## 11.")[2].partition("## 12.")[0].splitlines()
    assert any(re.search(rf"(?<!\d){code}(?!\d)", row) for row in rows if row.startswith("|"))


@pytest.mark.parametrize("state", sorted(set(reach.TITLES.values())))
def test_every_state_that_an_agent_sees_is_explained(state: str) -> None:
    assert state in GUIDE


def test_the_stand_in_sets_what_the_guide_tells_to_set() -> None:
    told = set(Account.made_up().settings("http://127.0.0.1:8090"))
    assert told <= set(re.findall(r"ROAMDESK_WECHAT_[A-Z_]+", GUIDE))


@pytest.mark.parametrize("link", re.findall(r"\]\((?!http|#)([^)]+)\)", GUIDE))
def test_links_to_files_lead_somewhere(link: str) -> None:
    file, _, heading = link.partition("#")
    assert (ROOT / "docs" / file).exists()
    assert not heading or f"# {heading}" in (ROOT / "docs" / file).read_text("utf-8")
