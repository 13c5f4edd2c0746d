"""A run trains in the background, is compared, and is promoted only when it lost nothing."""

import asyncio
import json
import time
from datetime import timedelta

import httpx2
import pytest

from api import clock
from api.main import create_app
from api.training.review.models import ReviewItem, ReviewLabel
from api.training.runs.models import RUNNING_SLOT, TrainingRun
from api.training.runs.replay import put_right
from ops.ports import free_port
from tests.api.conftest import ADMIN_PASSWORD, client
from tests.api.workshops import CANDIDATE, FIGURES, IN_USE, TestWorkshop, proof


@pytest.fixture
def workshop(tmp_path):
    return TestWorkshop(tmp_path / "project")


@pytest.fixture
async def app(settings, bot, workshop):
    nobody = f"http://127.0.0.1:{free_port()}"
    app = create_app(settings.model_copy(update={"bot_url": nobody}), bot, workshop)
    bot.app = app
    async with app.router.lifespan_context(app):
        yield app
    clock.start_at(None)


@pytest.fixture
async def trainer(new_staff):
    return await new_staff("trainer")


async def order(http) -> str:
    answer = await http.post("/v1/training/runs")
    assert answer.status_code == 202, answer.text
    return answer.json()["id"]


async def look(http, run_id) -> dict:
    answer = await http.get(f"/v1/training/runs/{run_id}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def until(http, run_id, *states) -> dict:
    deadline = time.monotonic() + 90
    while (run := await look(http, run_id))["state"] not in states:
        assert time.monotonic() < deadline, run
        await asyncio.sleep(0.05)
    return run


async def trained(http) -> str:
    run_id = await order(http)
    run = await until(http, run_id, "done", "failed")
    assert run["state"] == "done", run
    return run_id


async def test_a_run_ends_with_scores_before_and_after_a_verdict_and_the_trees_cases(trainer):
    run = await look(trainer, await trained(trainer))
    assert (run["progress"], run["verdict"]) == (1.0, "better")
    assert run["before"] == run["after"] == FIGURES
    assert (run["candidate"], run["current"]) == (CANDIDATE, IN_USE)
    cases = run["details"]["cases"]
    assert cases["total"] > 20
    assert cases["before"] == cases["after"] == cases["total"]
    assert "训练分词" in run["log"]
    assert "a line of a library" in run["log"]


async def test_progress_and_the_log_are_there_while_it_runs(trainer, workshop):
    workshop.hold.touch()
    run_id = await order(trainer)
    deadline = time.monotonic() + 10
    while (run := await look(trainer, run_id))["progress"] < 0.4:
        assert time.monotonic() < deadline, run
        await asyncio.sleep(0.05)
    assert (run["state"], run["phase"], run["verdict"]) == ("running", "train", None)
    assert "训练分词" in run["text"] + run["log"]
    workshop.hold.unlink()
    await until(trainer, run_id, "done")


async def test_one_runs_at_a_time_and_the_one_that_waits_takes_later_orders_along(
    trainer, workshop
):
    workshop.hold.touch()
    first = await order(trainer)
    await until(trainer, first, "running")
    second = await order(trainer)
    assert second != first
    assert await order(trainer) == second
    assert (await look(trainer, second))["state"] == "queued"
    workshop.hold.unlink()
    await until(trainer, second, "done")
    listed = (await trainer.get("/v1/training/runs")).json()
    assert [run["id"] for run in listed] == [second, first]


async def test_a_training_killed_half_way_is_failed_with_a_sentence_and_the_model_stays(
    trainer, workshop
):
    workshop.told["kill"] = True
    run = await until(trainer, await order(trainer), "failed")
    assert "信号 9" in run["error"]
    assert workshop.in_use() == IN_USE
    workshop.told["kill"] = False
    await trained(trainer)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"proof": None, "code": 1}, "退出码 1"),
        ({"proof": "{", "code": 0}, "结果读不出来"),
        ({"proof": "[]", "code": 4}, "结果读不出来"),
        (
            {"lines": [{"phase": "failed", "text": "磁盘已满，模型没有写成。"}], "code": 1},
            "磁盘已满",
        ),
    ],
)
async def test_a_training_that_fails_says_why(trainer, workshop, told, said):
    workshop.told |= told
    run = await until(trainer, await order(trainer), "failed")
    assert said in run["error"]


async def test_a_run_is_cancelled_and_its_process_ends(trainer, workshop):
    workshop.hold.touch()
    run_id = await order(trainer)
    await until(trainer, run_id, "running")
    assert (await trainer.post(f"/v1/training/runs/{run_id}/cancel")).status_code == 204
    run = await until(trainer, run_id, "failed")
    assert "取消" in run["error"]
    again = await trainer.post(f"/v1/training/runs/{run_id}/cancel")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "run_over")
    workshop.hold.unlink()
    await trained(trainer)


async def test_a_run_whose_process_went_with_a_service_is_failed_with_a_sentence(app, trainer):
    lost = TrainingRun(
        id="lost",
        author="lin",
        state="running",
        slot=RUNNING_SLOT,
        owner="another-machine:1",
        heartbeat=clock.now() - 2 * (clock.now() - clock.now()),
        created_at=clock.now(),
    )
    async with app.state.database.transaction() as session:
        session.add(lost)
    waiting = await order(trainer)
    await asyncio.sleep(0.5)
    assert (await look(trainer, "lost"))["state"] == "running"  # heard of just now
    assert (await look(trainer, waiting))["state"] == "queued"
    async with app.state.database.transaction() as session:
        row = await session.get_one(TrainingRun, "lost")
        row.owner = f"{app.state.trainings.runner._owner.split(':')[0]}:999999999"
    app.state.trainings.runner.wake()
    run = await until(trainer, "lost", "failed")
    assert "重新启动" in run["error"]
    await until(trainer, waiting, "done")


async def test_a_stop_of_the_service_ends_the_training_and_the_next_start_says_so(
    settings, bot, workshop
):
    workshop.hold.touch()
    for starts in (1, 2):
        app = create_app(settings, bot, workshop)
        bot.app = app
        async with app.router.lifespan_context(app), client(app) as http:
            credentials = {"username": "admin", "password": ADMIN_PASSWORD}
            await http.post("/v1/auth/login", json=credentials)
            if starts == 1:
                run_id = await order(http)
                await until(http, run_id, "running")
            else:
                run = await look(http, run_id)
                assert run["state"] == "failed"
                assert "重新启动" in run["error"]


async def test_messages_put_right_are_given_to_the_run(app, trainer, workshop, monkeypatch):
    async def rows():
        return [{"text": "变砖了", "intent": "report_no_signal", "facts": {}, "id": "m1"}]

    monkeypatch.setattr(app.state.trainings.runner, "_replay", rows)
    await trained(trainer)
    assert json.loads(workshop.seen.read_text())[0]["text"] == "变砖了"


async def test_a_good_candidate_is_promoted_and_one_click_goes_back(trainer, workshop):
    run_id = await trained(trainer)
    done = await trainer.post(f"/v1/training/runs/{run_id}/promote", json={"reason": ""})
    assert done.status_code == 200, done.text
    assert done.json()["model"] == CANDIDATE
    assert done.json()["served"] is False  # there is no Rasa in this test
    assert workshop.in_use() == CANDIDATE
    run = await look(trainer, run_id)
    assert run["decision"] == "promoted"
    models = (await trainer.get("/v1/training/models")).json()
    assert (models["in_use"], models["before"]) == (CANDIDATE, IN_USE)
    back = await trainer.post("/v1/training/models/rollback", json={"reason": "投诉变多"})
    assert back.json()["model"] == IN_USE
    assert workshop.in_use() == IN_USE
    assert (await look(trainer, run_id))["decision"] == "rolled_back"
    # The next start must not find that data/ asks for it, and serve it again.
    assert workshop.read("refused.json")[CANDIDATE]["reason"] == "投诉变多"
    nothing = await trainer.post("/v1/training/models/rollback")
    assert (nothing.status_code, nothing.json()["error"]["code"]) == (409, "nothing_before")


async def test_a_worse_model_needs_a_supervisors_reason(trainer, new_staff, workshop, admin):
    workshop.told["proof"] = json.dumps(proof("worse"))
    workshop.prove("worse")
    run_id = await trained(trainer)
    supervisor = await new_staff("supervisor")
    path = f"/v1/training/runs/{run_id}/promote"
    for person, reason in ((trainer, ""), (trainer, "我觉得可以"), (supervisor, "")):
        refused = await person.post(path, json={"reason": reason})
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "worse_model")
        assert "地点 F1" in refused.json()["error"]["message"]
    assert workshop.in_use() == IN_USE
    done = await supervisor.post(path, json={"reason": "新套餐今天上线"})
    assert done.status_code == 200, done.text
    assert workshop.in_use() == CANDIDATE
    assert (await look(trainer, run_id))["reason"] == "新套餐今天上线"


async def test_a_tree_that_lost_a_case_makes_the_run_worse_whatever_the_scores_say(
    trainer, workshop
):
    cases = workshop.root / "data" / "diagnosis"
    real = cases.resolve()
    cases.unlink()
    cases.mkdir()
    for file in real.glob("*.yml"):
        (cases / file.name).write_text(file.read_text("utf-8"), "utf-8")
    broken = next(cases.glob("*.cases.yml"))
    text = broken.read_text("utf-8")
    assert "end: no_c_coverage" in text or "then:" in text
    broken.write_text(text.replace("then: {", "then: {ask: network, ", 1), "utf-8")
    run = await look(trainer, await trained(trainer))
    assert run["verdict"] == "worse"
    assert run["details"]["lost"]


async def test_a_damaged_archive_is_refused_and_the_old_model_stays(trainer, workshop):
    run_id = await trained(trainer)
    archive = workshop.archive(CANDIDATE)
    archive.write_bytes(archive.read_bytes()[:-12])
    refused = await trainer.post(f"/v1/training/runs/{run_id}/promote")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "model_damaged")
    assert workshop.in_use() == IN_USE
    assert (await look(trainer, run_id))["decision"] is None


async def test_a_proof_against_another_model_is_outdated(trainer, workshop):
    run_id = await trained(trainer)
    workshop.put("roamdesk-cccccccccccc")
    workshop.write("current.json", {"model": "roamdesk-cccccccccccc"})
    refused = await trainer.post(f"/v1/training/runs/{run_id}/promote", json={"reason": "快"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "proof_outdated")


async def test_a_refused_model_is_kept_from_the_next_start(trainer, workshop):
    run_id = await trained(trainer)
    path = f"/v1/training/runs/{run_id}/refuse"
    assert (await trainer.post(path, json={"reason": " "})).status_code == 422
    assert (await trainer.post(path, json={"reason": "投诉类别变差"})).status_code == 204
    assert workshop.read("refused.json")[CANDIDATE]["reason"] == "投诉类别变差"
    refused = await trainer.post(f"/v1/training/runs/{run_id}/promote")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "refused_model")


async def test_agents_may_not_train_and_nobody_unknown_may_look(new_staff, http):
    agent = await new_staff("agent")
    for method, path in (
        ("post", "/v1/training/runs"),
        ("get", "/v1/training/runs"),
        ("get", "/v1/training/models"),
        ("post", "/v1/training/practice"),
    ):
        assert (await getattr(agent, method)(path)).status_code == 403
        assert (await getattr(http, method)(path)).status_code == 401


async def test_what_is_not_there_is_said(trainer):
    for path in ("/v1/training/runs/none", "/v1/training/practice/none"):
        assert (await trainer.get(path)).status_code == 404
    assert (await trainer.post("/v1/training/runs/none/promote")).status_code == 404
    nothing = await trainer.post("/v1/training/practice")
    assert (nothing.status_code, nothing.json()["error"]["code"]) == (409, "no_candidate")


async def test_a_decision_is_written_down_for_the_audit(trainer, admin):
    run_id = await trained(trainer)
    await trainer.post(f"/v1/training/runs/{run_id}/promote", json={"reason": "好"})
    assert isinstance(admin, httpx2.AsyncClient)
    entries = (await admin.get("/v1/audit")).json()
    assert any(entry["fields"] == ["promoted", CANDIDATE] for entry in entries)


async def test_what_a_message_was_accepted_with_is_replayed_and_no_second_opinion(
    app, customer, trainer, new_staff
):
    await customer.says("手机变砖了")
    sent = next(m for m in await customer.messages() if m["sender"] == "customer")
    other = await new_staff("trainer")
    people = [(await http.get("/v1/me")).json()["id"] for http in (trainer, other)]
    span = {"start": 0, "end": 2, "fact": "service", "value": "signal"}
    item = ReviewItem(
        message_id=sent["id"],
        conversation_id=customer.id,
        channel="web",
        text="手机变砖了",
        group_id="g",
        intent="chitchat",
        confidence=0.3,
        facts={},
        bits=1,
        score=1.0,
        state="accepted",
        created_at=clock.now(),
    )
    async with app.state.database.transaction() as session:
        session.add(item)
        await session.flush()
        for later, (staff_id, intent) in enumerate(
            zip(people, ("report_no_signal", "chitchat"), strict=True)
        ):
            at = clock.now() + timedelta(seconds=later)
            given = {"intent": intent, "spans": [span], "category": None, "at": at}
            session.add(ReviewLabel(item_id=item.message_id, staff_id=staff_id, **given))
    (row,) = await put_right(app.state.database)
    assert (row["text"], row["intent"]) == ("手机变砖了", "report_no_signal")
    assert (row["id"], row["facts"]) == (sent["id"], {"service": "signal"})
    async with app.state.database.transaction() as session:
        (await session.get_one(ReviewItem, item.message_id)).state = "open"
    assert await put_right(app.state.database) == []
