"""What a message means where it was said: facts in it, and the answer to the open question.

The bot reports what the words say by themselves. Only here is the open question known, so
only here 是的, 没有, 不知道, 第二个 or a bare number become a fact.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel, Field

from api.decision_tree import UNSURE, Library
from api.interview import care, places
from api.interview.language import in_other_language
from api.interview.short_answers import answer

SERVICE_BY_INTENT = {
    "report_no_signal": "signal",
    "report_call_failure": "voice",
    "report_sms_failure": "sms",
    "report_data_failure": "data",
}

GIVES_UP, RESUMES = "gives_up", "resumes"
"""Intents that the words tell by themselves: 算了不弄了, 继续."""

NO_TROUBLE = frozenset({"ask_billing", "complain_service"})
"""乱扣上网费, 家里宽带上不了网: words of a service without a trouble that we look into."""

SURE_ENOUGH = 0.5
"""An intent below this confidence is asked about, not taken as said."""

FALLBACK = "nlu_fallback"

TAKEN_ANYWAY = frozenset({"request_human", "affirm", "deny", "unsure"})
"""Whoever may want a person gets one; the others mean nothing without a question."""

PERSON_WORDS = frozenset({"agent", "human", "人工", "转人工", "找人工", "人工客服"})
"""What our own sentences tell people to type must work whatever the classifier thinks."""

WISH = "wish"
"""The fact by which 您是想……？ is answered: its values are intents."""

NONE_OF_THESE = "none_of_these"
"""The intent of 都不是."""

WHERE = re.compile(
    r"在哪|哪里|哪儿|去哪|(?:怎么|咋|如何)(?:看|查|找|弄|知道)|不会(?:看|查|弄)|看不懂|找不到"
)
"""不清楚在哪看: they would answer if they knew where to look."""

GUESSED_FROM_SCRIPT = frozenset({"chitchat", "out_of_scope", "unsure"})
"""Intents that a sentence in another language, or a bare number, is too easily taken for."""

AFTER_KOREA = "card_reissued_after_korea"
KOREA = re.compile(r"韩国|南韩|韓國|首尔|首爾|釜山|济州|korea|seoul|skt", re.IGNORECASE)
"""昨天换的卡, said in Spain, is no card reissued after Korea (G4.E)."""

BACK = "back_in_china"
BACK_IN_THE_CHAT = re.compile(r"(?:我|俺)?(?:又|再)?回来(?:了|啦)(?:[ ,，.。!！].*|接着.*|继续.*)?")
"""我回来了，接着说: back at the chat, unless 国 or 家 is said."""
AT_HOME = re.compile(r"国|家|境|内地|大陆|落地")

MAX_PLACES = 4
LONGEST_VALUE = 64
"""Characters of a fact's value."""


class Intent(BaseModel):
    name: str
    confidence: float


class Mention(BaseModel):
    """A fact found in the text."""

    fact: str
    value: str = Field(max_length=LONGEST_VALUE)
    text: str = ""
    start: int | None = None
    end: int | None = None


class AmbiguousPlace(BaseModel):
    """A name that is in several countries: 圣何塞, `US,CR`."""

    value: str = Field(max_length=LONGEST_VALUE)
    text: str = ""


class Report(BaseModel):
    """What the bot's action says of one message (POST /internal/turns)."""

    conversation_id: str = Field(min_length=1, max_length=64)
    message_id: str | None = None
    channel: str = "rest"
    text: str = ""
    normalised: str = ""
    intent: Intent
    ranking: list[Intent] = []
    facts: list[Mention] = []
    numbers: list[str] = []
    ordinal: int | None = None
    correction: bool = False
    category: str | None = None
    ambiguous_place: AmbiguousPlace | None = None
    model: str | None = None

    @property
    def is_pressed(self) -> bool:
        """A button was pressed: the text is a payload (customers' own never begin with `/`)."""
        return self.text.startswith("/")

    @property
    def words(self) -> str:
        """The normalised text, empty where there is nothing to read."""
        return "" if self.is_pressed else (self.normalised or self.text)


@dataclass(frozen=True)
class Place:
    """A place that was named and the countries it may be in."""

    name: str
    countries: tuple[str, ...]


@dataclass(frozen=True)
class Meaning:
    """The facts a message states, what it wants, and whether it answered the open question."""

    intent: str = FALLBACK
    facts: dict[str, str] = field(default_factory=dict)
    implied: dict[str, str] = field(default_factory=dict)
    """Facts that follow from a table, so that they need not be asked."""
    answers_question: bool = False
    unsure_of: str | None = None
    category: str | None = None
    """The category of a complaint."""
    place: Place | None = None
    """To be asked: which of its countries is meant."""
    wants_help: str | None = None
    """How to find the answer: they do not know where to look, and were not told yet."""
    chosen: bool = False
    """The intent was picked among choices: the words say no more than that."""
    kinds: frozenset[str] = frozenset()
    """What the words tell beside all that (`care`)."""


def meaning(
    report: Report,
    library: Library,
    asks: str | None,
    known: dict[str, str],
    shown: Sequence[dict[str, str]] | None = None,
    helped: bool = True,
) -> Meaning:
    """Return what `report` means in the light of the open question `asks`.

    `shown` are the buttons beside the question, in their order; else those of its fact. `helped`
    tells whether the customer has been told where to find the answer.
    """
    wish = _wish(report, library, asks, shown)
    kinds = care.told(report.words)
    intent = _told_intent(kinds) or wish or _sure_intent(report)
    if intent in (GIVES_UP, RESUMES):
        return Meaning(intent, kinds=kinds)
    if _threatens(intent, kinds):
        intent = "complain_service"
    facts = _stated(report, library, intent, asks, known)
    asked = library.facts.get(asks or "")
    if asked is not None and asked.id not in facts and asked.of_case:
        value = _answer(report, intent, library, asked.id, shown, kinds)
        if value == UNSURE and not helped and WHERE.search(report.words):
            return Meaning(intent, wants_help=asked.help, kinds=kinds)
        if value is not None:
            facts[asked.id] = value
    place = _ambiguous(report, facts, known)
    if place is not None and len(place.countries) == 1:
        facts["location"], place = place.countries[0], None
    implied = _implied(library, facts, known)
    return Meaning(
        intent,
        facts,
        implied,
        answers_question=asks in facts or asks in implied,
        unsure_of=asks if facts.get(asks or "") == UNSURE else None,
        category=_category(report, intent, kinds),
        place=place,
        chosen=wish is not None,
        kinds=kinds,
    )


def may_say(library: Library, fact: str, value: str) -> bool:
    """Tell whether a customer may state this fact with this value."""
    declared = library.facts.get(fact)
    return declared is not None and declared.asks_customer and is_value(library, fact, value)


def is_value(library: Library, fact: str, value: str) -> bool:
    """Tell whether the fact is declared and can have this value, `unsure` included."""
    if not library.accepts(fact, value):
        return False
    return library.facts[fact].kind != "place" or value == UNSURE or places.exists(value)


def _wish(
    report: Report, library: Library, asks: str | None, shown: Sequence[dict[str, str]] | None
) -> str | None:
    """Return the intent that was chosen when we asked what is wanted."""
    value = next((mention.value for mention in report.facts if mention.fact == WISH), None)
    if value is None and asks == WISH and WISH in library.facts:
        value = _answer(report, _sure_intent(report), library, WISH, shown, frozenset())
    return NONE_OF_THESE if value == UNSURE else value


def _sure_intent(report: Report) -> str:
    name, confidence = report.intent.name, report.intent.confidence
    if report.words.casefold().strip(" .。!?") in PERSON_WORDS:
        return "request_human"
    if name in GUESSED_FROM_SCRIPT and (report.words.isdigit() or in_other_language(report.words)):
        return FALLBACK
    return name if confidence >= SURE_ENOUGH or name in TAKEN_ANYWAY else FALLBACK


def _stated(
    report: Report, library: Library, intent: str, asks: str | None, known: dict[str, str]
) -> dict[str, str]:
    """Return the facts that the words say by themselves."""
    if intent == "out_of_scope":
        return {}
    facts = {
        mention.fact: mention.value
        for mention in report.facts
        if may_say(library, mention.fact, mention.value) and library.facts[mention.fact].of_case
    }
    if intent in NO_TROUBLE:
        facts.pop("service", None)
    if asks != AFTER_KOREA and not report.is_pressed and not _about_korea(report, facts, known):
        facts.pop(AFTER_KOREA, None)
    if asks != BACK and known and _comes_back_to_the_chat(report.words):
        facts.pop(BACK, None)
    pressed = report.is_pressed and any(mention.fact == "service" for mention in report.facts)
    asked = asks == "service" or report.correction or pressed
    if intent in SERVICE_BY_INTENT:
        facts.setdefault("service", SERVICE_BY_INTENT[intent])
    if known.get("service") not in (None, UNSURE) and not asked:
        # 没信号，所以也打不了电话: the trouble that was told first stays the one we look into.
        facts.pop("service", None)
    return facts


def _about_korea(report: Report, facts: dict[str, str], known: dict[str, str]) -> bool:
    countries = {facts.get("location"), known.get("location")}
    operators = {facts.get("operator"), known.get("operator")}
    return "KR" in countries or "skt" in operators or KOREA.search(report.words) is not None


def _comes_back_to_the_chat(words: str) -> bool:
    return BACK_IN_THE_CHAT.fullmatch(words) is not None and AT_HOME.search(words) is None


def _answer(
    report: Report,
    intent: str,
    library: Library,
    asks: str,
    shown: Sequence[dict[str, str]] | None,
    kinds: frozenset[str],
) -> str | None:
    words = care.without(report.words, kinds & care.ASIDE)
    if report.is_pressed or (kinds & care.ASIDE and not words):
        return None
    fact = library.facts[asks]
    if shown is None:
        shown = [{"label": choice.label, "value": choice.value} for choice in fact.offered]
    return answer(words, intent, report.numbers, report.ordinal, fact, library, shown)


def _implied(library: Library, facts: dict[str, str], known: dict[str, str]) -> dict[str, str]:
    """The operator on the screen tells the network, unless the customer has told it otherwise."""
    network = _network_of(library, facts.get("operator"))
    open_to_it = known.get("network") in (None, UNSURE, _network_of(library, known.get("operator")))
    if network is None or "network" in facts or not open_to_it:
        return {}
    return {"network": network}


def _network_of(library: Library, operator: str | None) -> str | None:
    table = library.tables.get("operators")
    row = table.rows.get(operator or "") if table else None
    network = row.columns.get("network") if row else None
    return network if network in ("c", "g") else None


def _ambiguous(report: Report, facts: dict[str, str], known: dict[str, str]) -> Place | None:
    named = report.ambiguous_place
    told = known.get("location") not in (None, UNSURE) and not report.correction
    if named is None or "location" in facts or told:
        return None
    countries = tuple(c for c in named.value.split(",") if places.exists(c))[:MAX_PLACES]
    return Place(named.text, countries) if countries else None


def _told_intent(kinds: frozenset[str]) -> str | None:
    return next((name for name in (GIVES_UP, RESUMES) if name in kinds), None)


def _threatens(intent: str, kinds: frozenset[str]) -> bool:
    """我能告你们吗: a complaint, whatever it was taken for but a wish for a person."""
    return "authority" in kinds and intent != "request_human" and intent not in NO_TROUBLE


def _category(report: Report, intent: str, kinds: frozenset[str]) -> str | None:
    """Return what a complaint is about; None for what only asks for a price."""
    if intent == "ask_billing":
        return None if "asks_price" in kinds or report.is_pressed else "billing"
    if intent != "complain_service" or _at_the_bot(report, kinds):
        return None
    return report.category or "service_attitude"


def _at_the_bot(report: Report, kinds: frozenset[str]) -> bool:
    """A scolded machine is no complaint about the operator, unless it is called one."""
    scolds = bool(kinds & {"anger", "insult"}) and "authority" not in kinds
    about_people = report.category in (None, "service_attitude")
    return scolds and about_people and "投诉" not in report.words
