"""What a trainer reads instead of the names in the data."""

INTENTS = {
    "greet": "打招呼",
    "goodbye": "告别",
    "thank": "道谢",
    "affirm": "肯定",
    "deny": "否定",
    "unsure": "不确定",
    "report_no_signal": "没信号",
    "report_call_failure": "通话故障",
    "report_sms_failure": "短信故障",
    "report_data_failure": "上网故障",
    "ask_billing": "费用",
    "complain_service": "投诉服务",
    "ask_progress": "查进度",
    "request_human": "找人工",
    "inform": "说事实",
    "ask_knowledge": "问知识",
    "correct": "更正",
    "chitchat": "闲聊",
    "out_of_scope": "范围之外",
    "nlu_fallback": "没听懂",
}
CATEGORIES = {
    "network_quality": "网络质量",
    "billing": "费用",
    "business_process": "业务办理",
    "marketing": "营销骚扰",
    "service_attitude": "服务态度",
    "privacy": "个人信息",
    "technical_fault": "宽带和设备故障",
}
