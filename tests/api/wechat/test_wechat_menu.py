"""The menu of the Official Account: a file, and what of it WeChat is given."""

import pytest

from api.channels.wechat.__main__ import publish_menu
from api.channels.wechat.menu import for_wechat, menu, read_menu


async def test_the_menu_is_published_with_the_products_own_token(connected, settings, sim, capsys):
    assert await publish_menu(settings) == 0
    assert [top["name"] for top in sim.menu["button"]] == ["我要报障", "查进度", "转人工"]
    assert await publish_menu(settings) == 0
    assert sim.tokens.fetched == 1
    assert "菜单已发布" in capsys.readouterr().out


async def test_a_wrong_secret_says_what_wechat_answered(connected, settings, sim, capsys):
    wrong = settings.model_copy(update={"wechat_app_secret": "another"})
    assert await publish_menu(wrong) == 1
    assert "40125" in capsys.readouterr().err
    assert sim.menu is None


def test_every_button_that_speaks_has_its_words():
    assert menu().says["no_calls"] == "我打不了电话"
    assert all(menu().says.values())


def test_the_products_own_pages_are_left_out_without_a_public_address():
    shown = for_wechat(menu(), "")
    below = [one["name"] for top in shown["button"] for one in top.get("sub_button", ())]
    assert "网页版客服" not in below
    assert "工单进度" in below


@pytest.mark.parametrize(
    "text",
    [
        "buttons: []",
        "buttons: [{name: 甲, key: a}]",
        "buttons: [{name: 甲, key: a, says: 乙, url: 'https://x'}]",
        "buttons: [{name: 这个名字太长了放不下, key: a, says: 乙}]",
        "buttons: [{name: 甲, colour: red}]",
        "buttons: [",
        "[]",
    ],
)
def test_a_menu_that_does_not_fit_is_named(tmp_path, text):
    path = tmp_path / "menu.yml"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"menu\.yml"):
        read_menu(path)
