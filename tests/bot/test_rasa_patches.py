"""The replaced parts of Rasa are still what they were when we replaced them."""

import jsonschema
import pytest
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain

from bot import rasa_patches

GOOD = {"events": [], "responses": [{"text": "您好"}]}
BAD = {"events": [{"event": "slot", "name": "x"}], "responses": "no list"}


@pytest.mark.parametrize(("name", "kept"), rasa_patches.REPLACED.items())
def test_rasa_has_not_changed_what_we_replace(name: str, kept: tuple) -> None:
    function, known_hash = kept
    assert rasa_patches.source_hash(function) == known_hash, f"{name} changed: look at the patch"


def test_the_replacement_judges_as_rasa_does() -> None:
    rasa_patches.apply()
    action = RemoteAction("action_interview", None)
    original = rasa_patches.REPLACED["RemoteAction._validate_action_result"][0]
    for judge in (action._validate_action_result, lambda answer: original(action, answer)):
        assert judge(GOOD) is True
        with pytest.raises(jsonschema.ValidationError):
            judge(BAD)


def test_an_empty_domain_is_told_as_rasa_does() -> None:
    rasa_patches.apply()
    original = rasa_patches.REPLACED["Domain.is_empty"][0]
    ours, nothing = Domain.load("domain.yml"), Domain.from_dict({})
    for is_empty in (Domain.is_empty, original):
        assert not is_empty(ours)
        assert is_empty(nothing)
        assert is_empty(Domain.empty())
    nothing.fingerprint()  # writes into the dictionary of the domain it is asked of
    assert rasa_patches._is_empty(Domain.empty())


def test_loading_a_component_or_the_tracker_store_applies_the_patches() -> None:
    import bot.components
    import bot.recent_trackers  # noqa: F401

    assert RemoteAction._validate_action_result is rasa_patches._validate_action_result
    assert Domain.is_empty is rasa_patches._is_empty
