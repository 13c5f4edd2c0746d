"""What is said to a complaint that is no fault of the phone: heard, what we cannot do, who can."""

SENTENCES = {
    "billing": "您说的费用问题已经记下。机器人查不了账单，会由人工核对后答复您。",
    "business_process": "您说的业务办理问题已经记下。机器人不能替您办业务，会由人工跟进。",
    "marketing": "被这样推销或开通业务，确实让人烦心，已经记下。机器人不能直接退订，会由人工核实。",
    "service_attitude": "给您添堵了，您反映的服务问题已经记下，会由人工核实。",
    "privacy": ("个人信息的事很要紧，已经记下，会由人工核实。请不要在这里发证件号码和密码。"),
    "technical_fault": "您说的宽带、固话或电视的问题已经记下。机器人只会查手机漫游，会由人工处理。",
    "network_quality": "您对网络质量的意见已经记下，会由人工核实。手机有用不了的业务，也请告诉我。",
}
GENERAL = "service_attitude"
"""The category of a complaint that does not say about what."""

RIGHT = (
    "满 15 天没有得到答复，或者对答复不满意，您有权向电信用户申诉受理机构申诉（工信部令第 35 号）。"
)
RIGHT_CITES = ("public.miit-35",)
"""Said to whoever speaks of a regulator or a court."""

ONE_MORE = "这一条也一并记下了，会由人工核实。"
FACT_NOTED = "一并交给人工核实。"


def settled(category: str) -> str:
    """Return a category of the contract's, whatever the bot made of it."""
    return category if category in SENTENCES else GENERAL


def replaces(now: str | None, new: str, in_fault: bool) -> bool:
    """Tell whether a ticket of category `now` becomes `new`.

    我要投诉 says less than what it is about; a fault that is looked into stays a fault.
    """
    return now is None or (now == GENERAL and new != now and not in_fault)
