"""Train, read what moved, promote, go back, practise: the pages in a real browser."""

import json
import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.api.workshops import CANDIDATE, FIGURES, IN_USE, TestWorkshop, proof
from tests.e2e.desk import KEY, PASSWORD, RunningDesk

AUDIT = Path(__file__).with_name("audit.js").read_text("utf-8")
SHOTS = os.environ.get("ROAMDESK_SCREENSHOTS")
HOSTILE = "<img src=x onerror=\"document.title='broken'\">"


def row(text, before, after, meant="report_no_signal"):
    said = {"confidence": 0.8, "facts": {"location": "MM"}, "category": None}
    return {
        "text": text,
        "source": "chat/1",
        "replay": False,
        "meant": {"intent": meant, "facts": {"location": "MM"}, "category": None},
        "before": said | {"intent": before},
        "after": said | {"intent": after},
    }


WHOLE = {
    "labels": {
        "intents": [
            {
                "name": "report_no_signal",
                "title": "没信号",
                "count": 90,
                "before": 0.9,
                "after": 0.95,
            },
            {"name": "ask_billing", "title": "费用", "count": 60, "before": 0.97, "after": 0.91},
        ],
        "facts": [
            {"name": "location", "title": "location", "count": 300, "before": 0.96, "after": 0.96}
        ],
        "categories": [],
    },
    "conversations": {"total": 22, "before": 22, "after": 22, "failed": [], "lost": []},
    "replay": {"total": 3, "before": 1, "after": 3},
    "messages": {
        "better": [
            row(f"手机在仰光变砖了{n}", "out_of_scope", "report_no_signal") for n in range(14)
        ],
        "worse": [row(HOSTILE, "ask_billing", "complain_service", "ask_billing")],
        "other": 0,
    },
}
GROWN = {**FIGURES, "messages": 1500, "cpu_ms_p50": 8.1}


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    return TestWorkshop(tmp_path_factory.mktemp("training") / "project")


@pytest.fixture(scope="module")
def desk(tmp_path_factory, workshop):
    running = RunningDesk(tmp_path_factory.mktemp("desk"), workshop)
    workshop.api, workshop.key = running.url, KEY
    yield running
    running.close()


@pytest.fixture
def sit_down(desk, new_context):
    def seat(path, role="trainer", **options):
        page = new_context(**options).new_page()
        username = desk.hire(role, "林青")
        page.goto(desk.url + path)
        page.get_by_label("用户名").fill(username)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.get_by_role("heading", level=1).wait_for(timeout=15_000)
        return page

    return seat


def picture(page, name):
    if SHOTS:
        page.wait_for_timeout(700)
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def test_from_an_empty_page_to_a_promoted_model_and_back(sit_down, workshop):
    page = sit_down("/workbench/runs")
    expect(page.get_by_text("还没有训练过")).to_be_visible()
    figures = {"before": FIGURES | {"messages": 1500, "cpu_ms_p50": 8.0}, "after": GROWN}
    workshop.told["proof"] = json.dumps(proof("better", figures=figures, **WHOLE))
    workshop.hold.touch()
    page.get_by_role("button", name="开始训练").click()
    expect(page.get_by_text("训练 · 训练分词")).to_be_visible()
    expect(page.locator(".rd-run-head .rd-num", has_text="40%")).to_be_visible()
    picture(page, "runs-running")
    workshop.hold.unlink()
    expect(page.locator("article .rd-verdict.better")).to_have_text("▲ 比现在的好")
    expect(page.locator(".rd-dumbbells").first).to_contain_text("0.970 → 0.910")
    expect(page.get_by_role("heading", name="变好的（14 句）")).to_be_visible()
    assert page.locator("tr", has_text="变砖了").count() == 12
    page.get_by_role("button", name="全部显示").click()
    assert page.locator("tr", has_text="变砖了").count() == 14
    # What a customer has written is never markup.
    expect(page.get_by_text(HOSTILE)).to_be_visible()
    assert "broken" not in page.title()
    assert page.evaluate(AUDIT) == []
    picture(page, "runs-better")
    page.get_by_role("button", name="启用这个模型").click()
    expect(page.get_by_text("这个模型正在使用")).to_be_visible()
    assert workshop.in_use() == CANDIDATE
    page.get_by_role("button", name="退回上一个模型").click()
    page.get_by_label("退回的原因").fill("投诉变多")
    page.get_by_role("button", name="确定退回").click()
    expect(page.get_by_text("已退回：")).to_be_visible()
    assert workshop.in_use() == IN_USE


def test_a_worse_model_is_the_supervisors_to_answer_for(sit_down, workshop):
    workshop.write("refused.json", {})
    workshop.told["proof"] = json.dumps(proof("worse", **WHOLE))
    workshop.prove("worse")
    page = sit_down("/workbench/runs")
    page.get_by_role("button", name="开始训练").click()
    expect(page.locator("article .rd-verdict.worse")).to_have_text("▼ 不如现在的")
    expect(page.locator(".rd-run-moved .lost")).to_contain_text("地点 F1")
    page.get_by_label("启用或拒绝的原因").fill("我觉得可以")
    expect(page.get_by_role("button", name="启用这个模型")).to_be_disabled()
    page.get_by_role("button", name="拒绝").click()
    expect(page.get_by_text("已拒绝：")).to_be_visible()
    chief = sit_down("/workbench/runs", "supervisor")
    expect(chief.get_by_role("button", name="启用这个模型")).to_be_disabled()
    chief.get_by_label("启用或拒绝的原因").fill("新套餐今天上线")
    chief.get_by_role("button", name="启用这个模型").click()
    expect(chief.get_by_text("这个模型正在使用")).to_be_visible()
    # The other page hears of it without being asked.
    expect(page.get_by_text("这个模型正在使用")).to_be_visible()
    workshop.write("current.json", {"model": IN_USE})


def test_a_training_that_dies_says_so_on_the_page(sit_down, workshop):
    workshop.told["kill"] = True
    page = sit_down("/workbench/runs")
    page.get_by_role("button", name="开始训练").click()
    expect(page.locator("article").get_by_text("训练进程被中止（信号 9）")).to_be_visible()
    assert page.evaluate(AUDIT) == []
    workshop.told["kill"] = False


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_trainer_talks_to_both_bots_and_sees_where_they_differ(desk, sit_down, scheme):
    desk.bot.learn("我在缅甸没信号", "report_call_failure", service="voice", location="MM")
    page = sit_down("/workbench/practice", color_scheme=scheme)
    page.get_by_role("button", name="开始练习").click()
    field = page.get_by_label("像客户一样说一句话")
    expect(field).to_be_enabled()
    field.fill("我在缅甸没信号")
    field.press("Enter")
    expect(page.locator(".rd-side-note.differs")).to_have_count(2)
    candidate = page.locator(".rd-side").nth(1)
    expect(candidate.locator(".rd-side-note")).to_contain_text("把握 87%")
    assert page.evaluate(AUDIT) == []
    picture(page, f"practice-{scheme}")
    candidate.locator(".rd-chip").first.click()
    expect(candidate.locator(".rd-side-line.mine")).to_have_count(2)
    # Nothing of it is a customer's.
    assert desk.admin.get("/v1/tickets").json()["total"] == 0
    assert desk.admin.get("/v1/conversations").json() == []
    page.get_by_role("button", name="结束练习").click()
    expect(page.get_by_text("选一个候选模型")).to_be_visible()
