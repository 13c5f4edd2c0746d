"""What staff read for intents, categories of complaints, citations and values of facts."""

from api.decision_tree import UNSURE, Library
from api.interview import places
from api.interview.wording import OTHER_OPERATOR

INTENTS = {
    "greet": "打招呼",
    "goodbye": "告别",
    "thank": "道谢",
    "affirm": "肯定",
    "deny": "否定",
    "unsure": "不知道",
    "report_no_signal": "报障：没有信号",
    "report_call_failure": "报障：打不了电话",
    "report_sms_failure": "报障：收发不了短信",
    "report_data_failure": "报障：上不了网",
    "ask_billing": "问费用",
    "complain_service": "投诉",
    "ask_progress": "问进度",
    "request_human": "要人工",
    "inform": "说明情况",
    "ask_knowledge": "问知识",
    "correct": "更正",
    "chitchat": "闲聊",
    "out_of_scope": "与漫游无关",
    "nlu_fallback": "没有听懂",
}

CATEGORIES = {
    "network_quality": "网络质量",
    "billing": "费用",
    "business_process": "业务办理",
    "marketing": "营销",
    "service_attitude": "服务态度",
    "privacy": "个人信息",
    "technical_fault": "技术故障",
}


def citation(library: Library, name: str) -> str:
    return library.citations[name].title if name in library.citations else name


def label(library: Library, fact: str, value: str) -> str:
    """Return a value in words: 缅甸, 双模国际卡, 不知道; it is not masked."""
    declared = library.facts.get(fact)
    if declared is None:
        return value
    if value == UNSURE:
        return declared.unsure_label
    if declared.kind == "place":
        return places.name(value)
    if value == OTHER_OPERATOR["value"] and declared.kind == "operator":
        return OTHER_OPERATOR["label"]
    table = library.tables.get(declared.values_from or "")
    row = table.rows.get(value) if table else None
    names = row.columns.get("names") if row else None
    return str(names[0]) if names else declared.label(value)
