"""Which steps of the trees are tested, and which real conversations meet."""

import pytest

from tests.training.checkouts import project_in


@pytest.fixture
def project(tmp_path):
    return project_in(tmp_path)


@pytest.fixture
async def lin(new_staff):
    return await new_staff("trainer", "lin")


async def nodes(trainer, **params):
    answer = await trainer.get("/v1/training/coverage", params=params)
    assert answer.status_code == 200, answer.text
    return {node["node"]: node for tree in answer.json()["trees"] for node in tree["nodes"]}


async def test_tests_stories_and_cases_are_replayed(lin, app):
    found = await nodes(lin)
    assert len(found) == sum(len(t.nodes) for t in app.state.shelf.current.trees.values())
    service = found["triage/service"]
    assert min(service["tests"], service["stories"], service["cases"]) > 0
    assert (
        "calls fail in Taiwan, everything is answered one by one"
        in found["triage/card_type"]["test_names"]
    )
    assert found["ctoc/coverage"]["tests"] > 0
    assert found["ctoc/vpn_open"]["cases"] > 0
    assert all(node["conversations"] == 0 for node in found.values())


async def test_real_conversations_are_counted_with_their_ends(lin, bot, customer, new_customer):
    bot.learn("在缅甸没信号", "report_no_signal", location="MM", service="signal")
    await customer.says("在缅甸没信号")
    await customer.chooses("card_type", "ctoc")
    other = await new_customer()
    await other.says("在缅甸没信号")
    await lin.get("/v1/training/queue")  # brings what is behind up to date
    found = await nodes(lin)
    assert found["triage/card_type"]["conversations"] == 2
    end = found["ctoc/coverage"]
    assert end["conversations"] == 1
    assert [(o["outcome"], o["count"]) for o in end["outcomes"]] == [("no_c_coverage", 1)]
    assert (await nodes(lin, since="2999-01-01T00:00:00Z"))["triage/card_type"][
        "conversations"
    ] == 0


async def test_a_node_that_is_met_and_not_tested_is_counted(lin, project, bot, customer):
    for path in (project / "tests/conversations").rglob("*.yml"):
        path.unlink()
    bot.learn("在缅甸没信号", "report_no_signal", location="MM", service="signal")
    await customer.says("在缅甸没信号")
    await lin.get("/v1/training/queue")
    told = (await lin.get("/v1/training/coverage")).json()
    met = [n for t in told["trees"] for n in t["nodes"] if n["conversations"]]
    assert told["untested"] == len(met) > 0


async def test_a_broken_file_is_named(lin, project):
    path = project / "data/stories/conversation_patterns.yml"
    path.write_text("stories: [\n", "utf-8")
    answer = await lin.get("/v1/training/coverage")
    assert answer.status_code == 409
    assert answer.json()["error"]["details"]["file"] == "data/stories/conversation_patterns.yml"
