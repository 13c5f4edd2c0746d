"""Rasa's own checks of a candidate story, named with its line and a way out."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

STORY = """version: "3.1"
stories:
  - story: 客户说没信号
    steps:
      - intent: report_no_signal
      - action: action_interview
      - intent: {intent}
      - action: action_interview
      - intent: thank
      - action: {action}
"""
TEST = """version: "3.1"
stories:
  - story: 一个测试
    steps:
      - user: |
          在韩国打不了电话
        intent: report_call_fail
      - action: action_interview
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("data/rules", "data/stories", "data/diagnosis"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / "data/nlu").mkdir()
    shutil.copy(ROOT / "data/nlu/courtesies.yml", tmp_path / "data/nlu")
    for file in (*(ROOT / "data").glob("*.yml"), ROOT / "config.yml", ROOT / "domain.yml"):
        shutil.copy(file, tmp_path / file.relative_to(ROOT))
    return tmp_path


def problems(project: Path) -> dict[str, dict]:
    """The errors by kind (with so few examples Rasa also warns of intents that have none)."""
    done = subprocess.run(
        [sys.executable, "-m", "bot.validate", str(project)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    answer = json.loads(done.stdout.strip().splitlines()[-1])
    found = {each["kind"]: each for each in answer["problems"] if each["severity"] == "error"}
    assert answer["valid"] is (not found)
    return found


def test_what_clashes_is_named_with_its_line_and_a_repair(project: Path) -> None:
    story = STORY.format(intent="informs", action="action_listen")
    (project / "data/stories/candidate.yml").write_text(story, "utf-8")
    test = project / "tests/conversations/test_candidate.yml"
    test.parent.mkdir(parents=True)
    test.write_text(TEST.replace("_fail", "_failure"), "utf-8")
    found = problems(project)
    unknown, clash = found["unknown_intent"], found["rule_clash"]
    assert (unknown["file"], unknown["line"]) == ("data/stories/candidate.yml", 7)
    assert unknown["repair"] == "改成 inform"
    assert (clash["file"], clash["line"]) == ("data/stories/candidate.yml", 10)
    assert clash["repair"] == "把这一步改成 action_interview"
    assert clash["story"] == "客户说没信号"


def test_a_good_story_has_no_problem_and_a_test_of_something_unknown_has(project: Path) -> None:
    story = STORY.format(intent="inform", action="action_interview")
    (project / "data/stories/candidate.yml").write_text(story, "utf-8")
    assert problems(project) == {}
    test = project / "tests/conversations/test_candidate.yml"
    test.parent.mkdir(parents=True)
    test.write_text(TEST, "utf-8")
    unknown = problems(project)["unknown_intent"]
    assert (unknown["file"], unknown["line"]) == ("tests/conversations/test_candidate.yml", 7)
    assert unknown["repair"] == "改成 report_call_failure"


def test_a_file_that_somebody_broke_is_named_before_rasa_is_asked(project: Path) -> None:
    (project / "data/stories/candidate.yml").write_text("stories:\n  - story: [\n", "utf-8")
    broken = problems(project)["broken_yaml"]
    assert (broken["file"], broken["line"]) == ("data/stories/candidate.yml", 3)
