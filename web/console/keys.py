"""The console's keys: what each does, and how the help says it."""

KEYS = {
    "c": "copilot",
    "t": "agent",
    "b": "auto",
    "?": "help",
    "j": ("queue", "step", 1),
    "k": ("queue", "step", -1),
    "m": ("queue", "mute"),
    "/": ("queue", "search"),
    "i": ("composer", "focus"),
    "d": ("decoder", "focus"),
    "s": ("suggestions", "look"),
}

HELP = (
    ("j / k", "下一段、上一段对话"),
    ("1 – 5", "发送这条建议"),
    ("Shift + 1 – 5", "放进输入框，修改后发送"),
    ("Alt + 1 – 5", "不采用这条建议"),
    ("s", "机器人接待时先看建议"),
    ("c", "协同：机器人起草，您来发送"),
    ("t", "接手：机器人不再说话"),
    ("b", "交还机器人"),
    ("i", "写回复；Esc 离开输入框"),
    ("/", "查找会话"),
    ("d", "解读号码"),
    ("m", "提示音开或关"),
    ("?", "这张表"),
)
