"""What the channel itself says to a customer in WeChat; what the bot says is the interview's."""

WELCOME_BACK = "您好，之前的对话还在，请接着说；随时说“转人工”就能找到人。"
MOVED = "客户已在微信里改为继续网页上的另一段对话，这段对话保留在这里。"
NO_VOICE_TEXT = "这段语音没能转成文字，请您打字告诉我。"
PICTURE = (
    "图片收到了，会随这段对话保存，人工看得到。机器人看不了图片，请您用文字说说图里显示的内容。"
)
PLACE_UNNAMED = "位置收到了，但里面没有地名。请您写一下在哪个国家或地区。"
PLACE_UNREADABLE = "位置收到了，但地名的文字这里认不出来。请您用中文写一下在哪个国家或地区。"
OTHER_KIND = "抱歉，这里暂时看不了{kind}，请您用文字说说情况。"
EMPTY = "没有看到文字，请您再说一遍。"
OLD_MENU = "这个菜单项已经更新，请您直接用文字说说情况。"

OTHER_KINDS = {
    "video": "视频",
    "shortvideo": "视频",
    "link": "链接",
    "file": "文件",
    "sticker": "表情包",
}
"""Types of WeChat's messages that we can't read, as a customer calls them."""


def other_kind(name: str) -> str:
    return OTHER_KINDS.get(name, "这种消息")


def shown(name: str) -> str:
    """Return how a message without words stands in the transcript."""
    return f"〔{OTHER_KINDS.get(name, '其他消息')}〕"


PICTURE_SHOWN = "〔图片〕"
VOICE_SHOWN = "〔语音〕"
EMPTY_SHOWN = "〔没有文字〕"
