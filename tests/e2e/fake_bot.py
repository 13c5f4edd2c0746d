"""A bot that always says the same: enough for every kind of message the widget can show."""

from typing import Any

GREETING = {
    "sender": "bot",
    "text": "您好，这里是漫游助手。请问您在哪个国家或地区，手机遇到了什么问题？",
}
CARD = {
    "sender": "bot",
    "text": (
        "您在台湾，打不了电话，我们马上看。"
        "先确认用的是哪种卡，因为两种卡在境外走的网络不同：芯片上印有“V”或“新”字吗？"
    ),
    "asks": "card_type",
    "choices": [
        {"label": "有", "value": "ctog"},
        {"label": "没有", "value": "ctoc"},
        {"label": "不知道", "value": "unsure"},
    ],
}
HOME = {
    "sender": "bot",
    "text": "那是单模国际卡，只能用 C 网。再看卡和手机本身：在国内时这张卡打电话正常吗？",
    "asks": "works_at_home",
    "choices": [
        {"label": "国内正常", "value": "yes"},
        {"label": "国内也不行", "value": "no"},
        {"label": "不知道", "value": "unsure"},
    ],
    "citations": [
        {
            "id": "G2.1",
            "title": "国际卡的种类：单模国际卡",
            "text": "单模国际卡是开了漫游的普通 C 卡，在国内外都用 C 网，按 PRL 自动选网。",
            "source": "《中国电信国际卡常见投诉问题处理》，2012 年",
        }
    ],
}
TICKET = {
    "number": "RD20261122-0031",
    "status": "new",
    "outcome": "prl_outdated",
    "next_clock": {
        "name": "first_answer",
        "title": "给出首次答复",
        "due_at": "2026-11-25T16:00:00Z",
    },
}
END = {
    "sender": "bot",
    "text": (
        "最可能的原因：卡里的 PRL（优先漫游列表）版本旧，没有收进台湾现在的 C 网。\n\n"
        "现在可以这样做：\n1. 用国内营业厅或客服渠道办理 PRL 更新，更新后关机再开机。\n"
        "2. 手动把网络设为“自动选择”，到市区再试一次。\n"
        "3. 还是不行，请把手机屏幕上显示的网络名称告诉我们。\n\n"
        "我们会核对您的卡资料，工单 RD20261122-0031 已建好。还有别的要帮忙吗？"
    ),
    "ticket": TICKET,
    "citations": [
        {
            "id": "G3.1/3",
            "title": "单模卡判断流程 第 3 步",
            "text": "先问清 PRL 的版本；没有更新过的，先更新 PRL。",
            "source": "《中国电信国际卡常见投诉问题处理》，2012 年",
        },
        {
            "id": "G4.B",
            "title": "常见问题：PRL 没有更新",
            "text": "每次发布的 PRL 只改一两个国家，所以一定要问客户现在的版本。",
            "source": "《中国电信国际卡常见投诉问题处理》，2012 年",
        },
    ],
}
OPENED = {
    "sender": "bot",
    "text": "记下了：您在中国台湾、打不了电话。工单号 RD20261122-0031。接下来请回答几个小问题。",
    "ticket": TICKET | {"outcome": None},
    "citations": HOME["citations"] * 2,
}
KNOWLEDGE = {
    "sender": "bot",
    "text": "PRL 是卡里存的优先漫游列表，手机按它在境外选网。",
    "citations": [
        {"id": "G1.1", "title": "术语", "text": "PRL：preferred roaming list。", "source": "指南"}
    ],
}
FAILED = {"sender": "system", "text": "机器人这会儿没有答上来。您的话已经记下，会有人工客服处理。"}
HUMAN = {"sender": "system", "text": "已为您转人工，请稍候。您可以继续补充情况。"}


def answer(text: str, choice: dict[str, str] | None) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the replies and the change of state."""
    if choice:
        return [{"card_type": HOME, "works_at_home": END}[choice["fact"]]], {}
    if "登记" in text:
        return [OPENED, CARD], {}
    if "台湾" in text:
        return [CARD], {}
    if "PRL" in text:
        return [KNOWLEDGE, CARD], {}
    if "转人工" in text:
        return [HUMAN], {"waiting": True}
    if "出错" in text:
        return [FAILED], {"waiting": True}
    return [{"sender": "bot", "text": f"收到：{text}"}], {}
