"""The peer's action server: a form's validation as documented, a submit that reads slots back."""

from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.executor import CollectingDispatcher

FOR_ONE_CARD = ["prl_version"]
FOR_TWO_NETWORKS = ["network", "card_slot", "operator", "selected_by_hand"]


class ValidateTroubleForm(FormValidationAction):
    """Asks for a single-mode card's list version, or for a dual-mode card's network and slot."""

    def name(self) -> str:
        return "validate_trouble_form"

    async def required_slots(
        self,
        domain_slots: list[str],
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: dict[str, Any],
    ) -> list[str]:
        left_out = FOR_ONE_CARD if tracker.get_slot("card_type") == "ctog" else FOR_TWO_NETWORKS
        return [slot for slot in domain_slots if slot not in left_out]

    def validate_prl_version(
        self,
        value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: dict[str, Any],
    ) -> dict[str, Any]:
        digits = "".join(letter for letter in str(value) if letter.isdigit())
        return {"prl_version": digits or "unsure"}


class ActionSubmitTrouble(Action):
    """Says what was taken down and starts afresh."""

    def name(self) -> str:
        return "action_submit_trouble"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        said = [f"{slot}：{value}" for slot, value in tracker.slots.items() if value]
        dispatcher.utter_message(text="已记录：" + "，".join(said))
        return []
