"""Names that people say of themselves: 我叫张小明 → 我叫张*. The surname stays, to be addressed by.

Only after words that announce a name, and only where a surname follows, so that 我叫不到车 and
本人没有收到 stay as they are.
"""

import re

_SURNAME = (
    "(?:欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|夏侯|端木|宇文|长孙|南宫|独孤|["
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧肖程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁"
    "魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎"
    "易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢岳齐梅莫庄辛管"
    "祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童甄项游阳裴席卫查屈鲍覃霍翁隋甘景薄单包柏宁柯阮桂闵解柴"
    "华冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬畅褚廉简娄盖符奚穆党燕郎冀谈姬屠连晏栾商蒙喻揭窦迟敖卓花"
    "艾蓝井练仲乐虞卞封竺冼衣楚佟栗匡巫鞠桑谌习蔺凤骆尚欧])"
)
_HAN = "[\u3400-\u9fff]"
# A name has ended before these, or never began: 我叫王明在法国, 我是张先生.
_GIVEN = f"(?:(?![的了在是没不我您你他她它这那也请还跟把被手号卡就要用]|先生|女士|小姐|同志){_HAN})"
_ANNOUNCED = r"(?:我叫|我的?名字|姓名|名字|联系人|收件人)(?:[是叫为]|叫做|叫作)?[\s：:，,]{0,3}"
_WEAKER = r"(?:本人|户主|机主)(?:姓名|名字)?[是叫为]?[\s：:，,]{0,3}"
_NO_NAME = "(?!于[今昨前本上去]|曾经|向[您你贵]|强烈|时常|白天|白跑|常年|何时|万分|包括|安全|关机)"

_END = r"(?![\u3400-\u9fff*])"

_RULES = [
    (re.compile(rule), put)
    for rule, put in (
        (rf"({_ANNOUNCED}{_HAN}){_HAN}{{1,9}}[·•][\u3400-\u9fff·•]{{1,20}}", r"\1*"),
        (rf"({_ANNOUNCED}{_SURNAME}){_GIVEN}{{1,2}}", r"\1*"),
        (rf"({_WEAKER}{_NO_NAME}{_SURNAME}){_GIVEN}{{1,2}}{_END}", r"\1*"),
        (rf"(我是{_SURNAME}){_GIVEN}{{1,2}}(?=先生|女士|小姐)", r"\1*"),
        (rf"(我姓{_SURNAME}[\s，,]{{0,2}}(?:单?名|叫))[是叫]?{_GIVEN}{{1,2}}", r"\1*"),
        (rf"(我姓{_SURNAME}){_GIVEN}{{1,2}}{_END}", r"\1*"),
        (
            rf"((?:{_ANNOUNCED}|(?i:my name is) ?)[A-Za-z])[A-Za-z.'’-]{{1,30}}"
            r"(?: [A-Z][A-Za-z.'’-]{0,30}){0,3}",
            r"\1*",
        ),
    )
]


def mask_names(text: str) -> str:
    """Return `text` with what follows the surname of an announced name as one star."""
    for rule, put in _RULES:
        text = rule.sub(put, text)
    return text
