"""What a proof and the trees' cases come to together. Pure."""

from collections.abc import Mapping
from typing import Any


def whole(proof: Mapping[str, Any], cases: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return better, same or worse, and the proof's details with the cases in them.

    One thing lost is worse, whatever was gained; a first model has nothing that it could lose to.
    """
    lost = [*proof["lost"], *cases["lost"]]
    gained = [*proof["gained"], *cases["gained"]]
    if proof["verdict"] == "first":
        gained.insert(0, "这是第一个模型，没有可比的")
    left_out = ("figures", "verdict", "model", "against")
    details = {name: value for name, value in proof.items() if name not in left_out}
    details |= {"lost": lost, "gained": gained, "cases": dict(cases)}
    return ("worse" if lost else "better" if gained else "same"), details
