"""A trainer at the review pages, in a real browser with a real API: mostly by keyboard."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.desk import PASSWORD, Caller, RunningDesk
from tests.training.checkouts import checkout_in, git

AUDIT = Path(__file__).with_name("audit.js").read_text("utf-8")
SHOTS = os.environ.get("ROAMDESK_SCREENSHOTS")
LAPTOP = {"width": 1280, "height": 720}
HOSTILE = "<img src=x onerror=\"document.title='broken'\">给个说法"
FILE = "data/nlu/from_conversations.yml"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return checkout_in(tmp_path_factory.mktemp("checkout"))


@pytest.fixture(scope="module")
def running(tmp_path_factory, project):
    desk = RunningDesk(tmp_path_factory.mktemp("desk"), project=project)
    yield desk
    desk.close()


@pytest.fixture
def desk(running):
    """The running product with nothing to review."""
    yield running
    rows = running.admin.get("/v1/training/queue", params={"limit": 200}).json()
    for row in rows:
        running.admin.post(f"/v1/training/items/{row['message_id']}/skip")


@pytest.fixture
def heard(desk):
    """Let customers say things of which the bot is not sure."""

    def hear(*said, intent="inform", confidence=0.4, **more):
        caller = Caller(desk)
        for text in said:
            desk.bot.teach(text, intent, confidence=confidence, **more)
            caller.say(text)
        caller.http.close()
        return caller

    return hear


@pytest.fixture
def sit_down(desk, new_context):
    def seat(path="/workbench", role="trainer", name="林青", **options):
        page = new_context(**({"viewport": LAPTOP} | options)).new_page()
        username = desk.hire(role, name)
        page.goto(desk.url + path)
        page.get_by_label("用户名").fill(username)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.locator(".rd-review, .rd-page h1").first.wait_for(timeout=15_000)
        return page

    return seat


def picture(page, name):
    if SHOTS:
        page.wait_for_timeout(700)
        page.screenshot(path=f"{SHOTS}/{name}.png")


def select(page, words):
    """Mark words of the sentence with the mouse, from their first to their last pixel."""
    box = page.evaluate(
        """(words) => {
          const p = document.querySelector(".rd-sentence");
          const walker = document.createTreeWalker(p, NodeFilter.SHOW_TEXT);
          for (let node; (node = walker.nextNode()); ) {
            const at = node.data.indexOf(words);
            if (at < 0) continue;
            const range = document.createRange();
            range.setStart(node, at);
            range.setEnd(node, at + words.length);
            const { left, right, top, bottom } = range.getBoundingClientRect();
            return { left, right, y: (top + bottom) / 2 };
          }
        }""",
        words,
    )
    page.mouse.move(box["left"] + 1, box["y"])
    page.mouse.down()
    page.mouse.move(box["right"] - 1, box["y"], steps=4)
    page.mouse.up()


def test_from_the_queue_to_a_commit(desk, project, heard, sit_down):
    """Choose by key, mark with the mouse, accept, undo, skip; then write it and look at git."""
    heard("哎呀我在韩国釜山电话咋整都打不出去呢")
    heard("你们这机器人到底过不过年啊", confidence=0.5)
    heard(HOSTILE, confidence=0.6)
    page = sit_down()
    expect(page.locator(".rd-sentence")).to_have_text("哎呀我在韩国釜山电话咋整都打不出去呢")
    expect(page.locator(".rd-review-talk .this")).to_contain_text("釜山")
    page.keyboard.press("2")
    expect(page.locator(".rd-intent[aria-pressed=true]")).to_contain_text("打不了电话")
    select(page, "韩国")
    pick = page.locator(".rd-pick")
    expect(pick).to_contain_text("韩国")
    picture(page, "workbench-mark")
    pick.get_by_role("button", name="标上").click()
    expect(page.locator(".rd-sentence mark")).to_have_text("韩国")
    assert page.evaluate(AUDIT) == []
    picture(page, "workbench-review")
    page.keyboard.press("Enter")
    expect(page.locator(".rd-sentence")).to_have_text("你们这机器人到底过不过年啊")
    expect(page.locator(".rd-row").first).to_contain_text("已采用")

    page.keyboard.press("z")
    expect(page.locator(".rd-sentence")).to_have_text("哎呀我在韩国釜山电话咋整都打不出去呢")
    page.keyboard.press("2")
    select(page, "韩国")
    pick.get_by_role("button", name="标上").click()
    page.keyboard.press("Enter")
    page.keyboard.press("c")
    page.keyboard.press("Enter")
    expect(page.locator(".rd-sentence")).to_have_text(HOSTILE)
    assert "broken" not in page.title()
    page.keyboard.press("s")
    expect(page.locator(".rd-fate.ok")).to_have_count(3)

    page.goto(desk.url + "/workbench/changes")
    expect(page.locator(".rd-code .plus", has_text="过不过年")).to_be_visible()
    picture(page, "workbench-changes")
    assert page.evaluate(AUDIT) == []
    page.get_by_label("原因", exact=True).fill("客户的原话")
    page.get_by_role("button", name="写入文件").click()
    expect(page.locator(".rd-mode", has_text="已写入并提交")).to_be_visible()
    assert git(project, "log", "-1", "--format=%an %s").strip() == "林青 客户的原话"
    text = (project / FILE).read_text("utf-8")
    assert '[韩国]{"entity": "location", "value": "KR"}釜山' in text
    page.get_by_label("撤回的原因").fill("再想想")
    page.get_by_role("button", name="撤回").click()
    expect(page.locator(".rd-mode", has_text="已撤回")).to_be_visible()
    assert not (project / FILE).exists()


def test_a_contradiction_is_seen_before_it_is_sent(project, heard, sit_down):
    lines = (project / "data/nlu/no_signal.yml").read_text("utf-8").splitlines()
    plain = [x.strip()[2:] for x in lines if x.startswith("      - ") and "[" not in x]
    known = next(text for text in plain if len(text) > 20)
    heard(known)
    page = sit_down()
    expect(page.locator(".rd-near li").first).to_contain_text("没有信号")
    page.keyboard.press("8")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("no_signal.yml")
    picture(page, "workbench-contradiction")
    page.keyboard.press("r")
    expect(page.locator(".rd-fate.ok")).to_have_text(re.compile("已采用"))


def test_a_complaint_takes_two_keys(heard, sit_down):
    heard("你们把我的号码卖给谁了给说法")
    page = sit_down()
    expect(page.locator(".rd-sentence")).to_be_visible()
    page.keyboard.press("6")
    page.keyboard.press("Enter")
    expect(page.get_by_text("投诉要选一个类别")).to_be_visible()
    chips = page.get_by_role("group", name="投诉类别").get_by_role("button")
    at = next(n for n in range(chips.count()) if "个人信息" in chips.nth(n).inner_text())
    page.keyboard.press(str(at + 1))
    page.keyboard.press("Enter")
    expect(page.locator(".rd-fate.ok")).to_have_text("已采用")


def test_the_second_trainer_is_not_led(desk, heard, sit_down):
    """Neither by the first one's label nor by what it put into the data."""
    heard("这句话到底算是什么意思呢哈")
    first = sit_down(name="林青")
    expect(first.locator(".rd-sentence")).to_be_visible()
    first.keyboard.press("8")
    first.keyboard.press("Enter")
    expect(first.locator(".rd-fate.ok")).to_have_text("已采用")
    first.goto(desk.url + "/workbench/changes")
    first.get_by_label("原因", exact=True).fill("一句新的问法")
    first.get_by_role("button", name="写入文件").click()
    expect(first.get_by_label("撤回的原因")).to_be_visible()
    second = sit_down(name="魏然")
    second.get_by_role("button", name="第二人标注").click()
    expect(second.locator(".rd-sentence")).to_be_visible()
    expect(second.get_by_text("另有 1 人标过")).to_be_visible()
    expect(second.get_by_text("算同一句")).to_have_count(0)
    expect(second.locator(".rd-intent[aria-pressed=true]")).to_have_count(0)
    second.keyboard.press("c")
    second.keyboard.press("Enter")
    expect(second.locator(".rd-fate.ok")).to_be_visible()
    second.reload()
    expect(second.get_by_text("不一致的 1 条")).to_be_visible()


def test_a_story_of_what_was_said(desk, project, heard, sit_down):
    heard("在日本没信号呀呀", intent="report_no_signal")
    page = sit_down()
    expect(page.locator(".rd-sentence")).to_be_visible()
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.locator(".rd-fate.ok")).to_be_visible()
    page.goto(desk.url + "/workbench/stories")
    page.locator(".rd-row").first.click()
    page.get_by_label("名字").fill(
        "happy path, a call failure is reported and every question answered"
    )
    page.get_by_role("button", name="做成故事").click()
    expect(page.locator(".rd-code .clash")).to_be_visible()
    expect(page.get_by_text("已经有同名的故事")).to_be_visible()
    assert page.evaluate(AUDIT) == []
    picture(page, "workbench-stories")
    page.get_by_role("button", name=re.compile("改名为")).click()
    expect(page.locator(".rd-code .clash")).to_have_count(0)
    expect(page.get_by_role("heading", name="最接近的已有故事")).to_be_visible()
    page.get_by_role("button", name="放进草稿").click()
    expect(page.get_by_role("button", name="已在草稿里")).to_be_visible()


def test_the_heat_map(desk, heard, sit_down):
    heard("在缅甸没信号", intent="report_no_signal", confidence=0.99, facts={"location": "MM"})
    page = sit_down("/workbench/coverage")
    cell = page.get_by_role("button", name=re.compile("测试对话 [1-9]")).first
    expect(cell).to_be_visible()
    assert page.evaluate(AUDIT) == []
    picture(page, "workbench-coverage")
    cell.click()
    expect(page.get_by_role("dialog")).to_contain_text("calls fail in Taiwan")


def test_agents_have_nothing_here(desk, new_context):
    page = new_context(viewport=LAPTOP).new_page()
    username = desk.hire("agent", "何欢")
    page.goto(desk.url + "/workbench")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    refused = page.get_by_text("您的角色不能打开")
    refused.wait_for(timeout=15_000)
    for path in ("", "/changes", "/stories", "/coverage"):
        page.goto(desk.url + "/workbench" + path)
        expect(refused).to_be_visible(timeout=15_000)


def test_an_empty_queue_says_what_will_be_here(sit_down):
    page = sit_down(color_scheme="dark")
    expect(page.get_by_text("没有要审核的消息").first).to_be_visible()
    assert page.evaluate(AUDIT) == []
