"""The action and the API name sentences; the domain has them all."""

import re
from pathlib import Path

from ruamel.yaml import YAML

from actions.interview import NEEDS_API
from actions.messages import in_domain


def test_every_standing_sentence_that_is_named_exists() -> None:
    named = {NEEDS_API}
    for file in Path("api/interview").glob("*.py"):
        named |= {
            in_domain(n) for n in re.findall(r'"((?:utter|say)_[a-z_]+)"', file.read_text("utf-8"))
        }
    responses = YAML(typ="safe").load(Path("domain.yml").read_text("utf-8"))["responses"]
    assert named <= set(responses)


def test_no_response_is_an_action_that_no_rule_uses() -> None:
    responses = YAML(typ="safe").load(Path("domain.yml").read_text("utf-8"))["responses"]
    assert not [name for name in responses if name.startswith("utter_")]
