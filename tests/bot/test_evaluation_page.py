"""The page shows every error, escapes what customers typed, and needs no other file."""

import ast
from pathlib import Path

from bot.environment import prepare

prepare()

from bot.evaluation import names, page, scores  # noqa: E402
from bot.evaluation.scores import Prediction  # noqa: E402
from bot.evaluation.testset import Case  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
CASES = [
    Case("<b>没信号</b>", "report_no_signal", {"location": "JP"}, source="chat/1"),
    Case("推销电话太多", "complain_service", category="marketing", source="chat/2"),
    Case("谢谢", "thank", source="chat/3"),
]
PREDICTED = [
    Prediction("ask_billing", 0.8, {"location": "KR"}),
    Prediction("complain_service", 0.9, category="privacy"),
    Prediction("thank", 0.99),
]


def _page(verdict: str = "first", before: dict | None = None) -> str:
    return page.render(
        CASES, PREDICTED, "model-1", scores.summary(CASES, PREDICTED), before, verdict
    )


def test_every_error_is_listed_and_what_was_right_is_not() -> None:
    html = _page()
    assert "&lt;b&gt;没信号&lt;/b&gt;" in html
    assert "<b>没信号" not in html
    assert "应为报障：没有信号，认成问费用" in html
    assert "类别应为营销，认成个人信息" in html
    assert "chat/3" not in html


def test_the_plots_take_the_colours_of_the_page() -> None:
    html = _page()
    assert html.count("<svg") == 4
    assert "var(--rd-accent)" in html
    assert "#030303" not in html
    assert "http" not in html.replace("http://www.w3.org", "").replace(
        "http://purl.org", ""
    ).replace("https://matplotlib.org", "").replace("http://creativecommons.org", "")


def test_a_worse_model_says_so() -> None:
    assert "比上一个模型差" in _page("worse", {"intent_macro_f1": 0.99})


def test_intents_and_categories_are_called_as_in_the_workbench() -> None:
    """The two sides share no module: what differs would be two names for one thing."""
    tree = ast.parse((ROOT / "api" / "interview" / "names.py").read_text("utf-8"))
    told = {
        statement.targets[0].id: ast.literal_eval(statement.value)
        for statement in tree.body
        if isinstance(statement, ast.Assign)
    }
    assert told == {"INTENTS": names.INTENTS, "CATEGORIES": names.CATEGORIES}
