"""The action and the API name standing sentences; the domain has them all."""

import re
from pathlib import Path

from ruamel.yaml import YAML

from actions.interview import NEEDS_API


def test_every_standing_sentence_that_is_named_exists() -> None:
    named = {NEEDS_API}
    for file in Path("api/interview").glob("*.py"):
        named |= set(re.findall(r'"(utter_[a-z_]+)"', file.read_text("utf-8")))
    responses = YAML(typ="safe").load(Path("domain.yml").read_text("utf-8"))["responses"]
    assert named == set(responses)
