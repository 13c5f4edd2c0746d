"""What a message means where it was said: facts in it, and the answer to the open question.

The bot reports what the words say by themselves. Only here is the open question known, so
only here 是的, 没有, 不知道, 第二个 or a bare number become a fact.
"""

from dataclasses import dataclass, field

from pydantic import BaseModel, Field

from api.decision_tree import Fact, Library
from api.interview import places

SERVICE_BY_INTENT = {
    "report_no_signal": "signal",
    "report_call_failure": "voice",
    "report_sms_failure": "sms",
    "report_data_failure": "data",
}

NOT_ABOUT_THE_CASE = frozenset({"out_of_scope", "ask_billing", "complain_service"})
"""家里电视没信号, 乱扣上网费: words of a service without a trouble that we look into."""

SURE_ENOUGH = 0.5
"""A report of a trouble below this confidence is asked about, not taken as said."""

MAX_COUNT_DIGITS = 3
"""A number of at most this many digits is itself a count; a longer one is counted."""


MIN_TYPED = 2
"""Characters of a button's label that must be typed for it to count as pressed."""


class Intent(BaseModel):
    name: str
    confidence: float


class Mention(BaseModel):
    """A fact found in the text."""

    fact: str
    value: str = Field(max_length=64)
    text: str = ""
    start: int | None = None
    end: int | None = None


class Report(BaseModel):
    """What the bot's action says of one message (POST /internal/turns)."""

    conversation_id: str = Field(min_length=1, max_length=64)
    message_id: str | None = None
    channel: str = "rest"
    text: str = ""
    intent: Intent
    ranking: list[Intent] = []
    facts: list[Mention] = []
    numbers: list[str] = []
    ordinal: int | None = None
    correction: bool = False
    model: str | None = None


@dataclass(frozen=True)
class Meaning:
    """The facts a message states, and whether it answered the open question."""

    facts: dict[str, str] = field(default_factory=dict)
    answers_question: bool = False
    unsure_of: str | None = None


def meaning(report: Report, library: Library, asks: str | None, known: dict[str, str]) -> Meaning:
    """Return the facts in `report`, read in the light of the open question `asks`."""
    facts = {
        mention.fact: mention.value
        for mention in report.facts
        if may_say(library, mention.fact, mention.value)
    }
    if report.intent.name in NOT_ABOUT_THE_CASE:
        facts.pop("service", None)
    service = SERVICE_BY_INTENT.get(report.intent.name)
    if (
        service
        and "service" not in facts
        and report.intent.confidence >= SURE_ENOUGH
        and ("service" not in known or asks == "service" or report.correction)
    ):
        facts["service"] = service
    if "service" in facts and "service" in known and asks != "service" and not report.correction:
        # 没信号，所以也打不了电话: the trouble that was told first stays the one we look into.
        del facts["service"]
    if asks is not None and asks in library.facts and asks not in facts:
        answer = _answer(report, library.facts[asks])
        if answer is not None:
            facts[asks] = answer
    return Meaning(
        facts,
        answers_question=asks in facts if asks else False,
        unsure_of=asks if asks and facts.get(asks) == "unsure" else None,
    )


def may_say(library: Library, fact: str, value: str) -> bool:
    """Tell whether a customer may state this fact with this value."""
    declared = library.facts.get(fact)
    return declared is not None and declared.asks_customer and is_value(library, fact, value)


def is_value(library: Library, fact: str, value: str) -> bool:
    """Tell whether the fact is declared and can have this value, `unsure` included."""
    if not library.accepts(fact, value):
        return False
    return library.facts[fact].kind != "place" or value == "unsure" or places.exists(value)


def _answer(report: Report, fact: Fact) -> str | None:
    """Return what a short answer means for the open question, or None."""
    typed = _bare(report.text)
    for choice in fact.offered:
        # Whoever types what stands on a button, or begins to, has pressed it.
        if typed and _bare(choice.label).startswith(typed) and len(typed) >= MIN_TYPED:
            return choice.value
    if report.intent.name == "unsure":
        return "unsure"
    if fact.kind in ("digits", "count") and report.numbers:
        digits = report.numbers[0]
        counted = fact.kind == "count" and len(digits) > MAX_COUNT_DIGITS
        return str(len(digits)) if counted else digits[:32]
    if report.ordinal is not None and 1 <= report.ordinal <= len(fact.choices):
        return fact.choices[report.ordinal - 1].value
    if report.intent.name == "affirm":
        return fact.affirm
    return fact.deny if report.intent.name == "deny" else None


def _bare(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
