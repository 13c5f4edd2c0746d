"""How a step is said: one question a message, four things at an end, and by what we know it.

Every rule named here is a citation on the message; the words of questions, outcomes and
rules themselves are data (data/diagnosis).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from api.conversations.service import Utterance
from api.decision_tree import Ask, Conclude, Fact, Library, Step, Wait, derive
from api.interview import places
from api.interview.local_time import at_latest, spoken
from api.privacy import masked

OTHER_OPERATOR = {"label": "其他运营商", "value": "other"}
MAX_OPERATORS = 7

GREETING = (
    "您好，这里是中国电信国际漫游服务。请直接说说您在哪个国家或地区、手机出了什么问题，"
    "也可以先点选；随时说“转人工”就能找到人。"
)
ASK_AGAIN = "回到刚才的问题："
NO_ARTICLE = "这个问题我手边没有可靠的资料，不想随便答您；需要的话请说“转人工”。"
KNOWLEDGE_WANTED = "好的，请说说想了解什么，例如“PRL 是什么”“怎么手动选网”。"
PERSON = "好的，已为您转人工，同事会在这个对话里接着和您说，您之前说的他都看得到。"
PERSON_AGAIN = (
    "人工已在排队，请您稍等。",
    "还在为您等人工，您可以接着补充情况。",
    "您说的同事都看得到，有人接手就会回复。",
)
"""Said in turn from the second time on."""
STILL_HERE = "我在的。"
"""Said to a greeting in the middle: who we are and what to tell was said long ago."""
STILL_BROKEN = "知道了，照做以后还是不行。我已把您的情况转给人工，同事会在这个对话里接着处理。"
AGAIN_BROKEN = "知道了，又出了问题。我已把您的情况转给人工，同事会在这个对话里接着处理。"
NOT_YET = "知道了，还没有好，我们接着查。"
STOPPED = "好的，不再问了，您说过的都保留着。想接着查，在这里说“继续”就行。"
STOPPED_EARLY = "好的，不问了。以后漫游用不了，随时在这里说。"
TAKEN_UP = "好的，接着查。"
WAIT_FOR_US = "好的，有了结果会在这里告诉您。"
MODEL_NOTED = "手机型号看到了。"
SOLVED = "恢复了就好，先不问了。这张工单先保留，由同事核对后结束；再出问题，直接在这里说。"
SAME_END = "这不改变刚才的判断，上面的办法照样可以试。"
NO_TICKET = "您现在还没有工单。请说说您在哪里、手机出了什么问题，我马上为您登记。"

COVERAGE_ENDS = frozenset({"no_c_coverage", "foreign_c_coverage", "foreign_operator_us"})
"""Ends that rest on the coverage table, whichever node they are reached from."""

BACK_OFFICE = {"crm": "客户资料系统", "noc": "网络运行中心", "hlr": "用户数据系统", "agent": "人工"}


def greeting(library: Library) -> Utterance:
    """Return the first words of a conversation."""
    return Utterance(GREETING, "service", choices(library.facts["service"], library, {}))


def choices(fact: Fact, library: Library, facts: dict[str, str]) -> list[dict[str, str]]:
    """Return the buttons of a question; 不知道 is always one of them."""
    offered = [{"label": c.label, "value": c.value} for c in fact.offered]
    if fact.kind != "operator":
        return offered
    here = [
        {"label": row.columns["names"][0], "value": row.id}
        for row in library.tables["operators"].rows.values()
        if facts.get("location") in row.columns.get("countries", ())
    ]
    return [*here[:MAX_OPERATORS], OTHER_OPERATOR, *offered]


def choice_text(library: Library, fact: str, value: str) -> str:
    """Return what pressing a choice says, for the transcript."""
    declared = library.facts[fact]
    offered = {choice.value: choice.label for choice in declared.offered}
    if declared.kind == "operator" and value == OTHER_OPERATOR["value"]:
        return OTHER_OPERATOR["label"]
    return offered.get(value) or _clause(library, fact, value)


def understood(library: Library, said: dict[str, str]) -> str:
    """Return what was just understood, as a short clause list; empty when nothing was."""
    ordered = sorted(said.items(), key=lambda item: item[0] != "location")
    clauses = [_clause(library, fact, value) for fact, value in ordered if value != "unsure"]
    return "，".join(clauses)


def read_back(library: Library, said: dict[str, str], corrected: bool) -> str:
    heard = understood(library, said)
    if not heard:
        return ""
    return f"好的，改成{heard}。" if corrected else f"记下了：{heard}。"


def already_known(library: Library, said: dict[str, str]) -> str:
    """Return what was said again and is noted already."""
    heard = understood(library, said)
    return f"{heard}，这一点已经记下。" if heard else ""


def which_place(library: Library, name: str, countries: Sequence[str], prefix: str) -> Utterance:
    """Ask which of several places of one name is meant."""
    fact = library.facts["location"]
    offered = [{"label": places.name(code), "value": code} for code in countries]
    offered += [{"label": choice.label, "value": choice.value} for choice in fact.offered]
    named = f"“{name}”有不止一处，" if name else "这个地名有不止一处，"
    text = f"{prefix}{named}请问您在哪个国家或地区？都不是的，请直接写出来。"
    return Utterance(text, fact.id, offered)


def question(
    library: Library, step: Ask, facts: dict[str, str], prefix: str = "", smsc: str = ""
) -> Utterance:
    """Return the step's question: what was understood, why we ask, and what."""
    fact = library.facts[step.fact]
    why = f"{fact.why}。" if fact.why else ""
    hint = ""
    if fact.id == "sms_centre_ok":
        # G2.3: the guide leaves the number blank, so it is the operator's own or nobody's.
        hint = f"（应为 {smsc}）" if smsc else "（正确号码由人工向您确认）"
    text = f"{prefix}{why}{fact.question}{hint}"
    cites = node_citations(library, step)
    return Utterance(
        text, step.fact, choices(fact, library, facts), cites, trace=trace(library, step)
    )


def acknowledgement(
    card: dict[str, Any], due: datetime, country: str | None, heard: str, asks_on: bool
) -> Utterance:
    """Return the confirmation of P2: number, what was understood, what follows, until when."""
    then = "接下来请回答几个小问题，用来找出原因。" if asks_on else ""
    by = at_latest(due, country, "给您答复")
    return Utterance(
        f"{heard}已为您登记，工单号 {card['number']}，{by}。{then}",
        citations=[],
        ticket=card,
    )


def conclusion(
    library: Library,
    step: Conclude,
    facts: dict[str, str],
    card: dict[str, Any],
    due: datetime,
    prefix: str = "",
    remarks: Sequence[str] = (),
) -> Utterance:
    """Return the end of a diagnosis: cause, steps, what we do until when, the number."""
    outcome = library.outcomes[step.outcome]
    node = library.trees[step.tree].nodes[step.node]
    inferred = outcome.inferred or node.inferred
    basis = "指南没有写这一种，是按常理推断" if inferred else _basis(library, outcome.cites)
    lines = [prefix] if prefix else []
    lines += [f"最可能的原因：{outcome.cause}（{basis}）"]
    lines += [f"资料说明：{note}" for note in [*_notes(library, facts, step), *remarks]]
    if outcome.steps:
        lines.append("您现在可以这样做：")
        lines += [f"{n}. {text}" for n, text in enumerate(outcome.steps, 1)]
    until = at_latest(due, facts.get("location"), "答复您")
    lines.append(f"我们会做的：{outcome.we_do.rstrip('。')}，{until}。")
    lines.append(f"工单号 {card['number']}。还有别的要帮忙吗？")
    cites = citations(library, outcome.cites)
    return Utterance("\n".join(lines), None, [], cites, card, trace(library, step))


def waiting(
    library: Library,
    step: Wait,
    facts: dict[str, str],
    card: dict[str, Any],
    due: datetime,
    prefix: str = "",
) -> Utterance:
    """Say honestly that the next answer is a person's or a system's, and until when."""
    fact = library.facts[step.fact]
    who = "、".join(BACK_OFFICE.get(w, w) for w in step.who if w != "agent") or "人工"
    text = (
        f"{prefix}您这边要问的已经问完了。下一步要由{who}查“{fact.title}”，机器人查不到，"
        f"已转给人工核查，{at_latest(due, facts.get('location'), '在这里告诉您结果')}。"
        f"工单号 {card['number']}。"
    )
    return Utterance(text, None, [], node_citations(library, step), card, trace(library, step))


def progress(card: dict[str, Any], country: str | None) -> str:
    """Answer P13: where it stands, what is next, until when."""
    upcoming = card["next_clock"]
    nxt = (
        f"下一步是{upcoming['title']}，最晚 "
        f"{spoken(datetime.fromisoformat(upcoming['due_at']), country)}。"
        if upcoming
        else ""
    )
    return f"您的工单 {card['number']} 现在是“{card['status_title']}”。{nxt}"


def citations(library: Library, ids: Iterable[str]) -> list[dict[str, str]]:
    """Return citations as a customer can open them, each once."""
    shown = []
    for cite in dict.fromkeys(ids):
        entry = library.citations[cite]
        shown.append(
            {"id": cite, "title": entry.title, "text": entry.text, "source": entry.heading}
        )
    return shown


def node_citations(library: Library, step: Step) -> list[dict[str, str]]:
    return citations(library, library.trees[step.tree].nodes[step.node].cites)


def trace(library: Library, step: Step) -> dict[str, Any]:
    return {"tree": step.tree, "node": step.node, "revision": library.revision}


def _basis(library: Library, cites: Iterable[str]) -> str:
    titles = [library.citations[cite].title for cite in cites if cite.startswith("G")]
    return f"按处理指南：{titles[0]}" if titles else "依据见下方出处"


def _notes(library: Library, facts: dict[str, str], step: Conclude) -> list[str]:
    """Return what must be said of the dated rows that this end went by."""
    derived = derive(library, facts)
    went_by = [library.trees[step.tree].nodes[step.node].fact]
    if step.outcome in COVERAGE_ENDS:
        went_by.append("coverage")
    notes = [derived[fact].note for fact in dict.fromkeys(went_by) if fact in derived]
    return [note for note in notes if note]


def _clause(library: Library, name: str, value: str) -> str:
    fact = library.facts[name]
    if fact.kind == "place":
        return f"您在{places.name(value)}"
    if fact.kind == "operator":
        if value == OTHER_OPERATOR["value"]:
            return "运营商不在名单里"
        return f"运营商是 {library.tables['operators'].rows[value].columns['names'][0]}"
    if fact.personal:
        return f"{fact.title} {masked(value)}"
    if fact.kind in ("digits", "count"):
        return f"{fact.title} {value}"
    return fact.label(value)
