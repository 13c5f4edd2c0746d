"""Cuts Chinese into the words that tell. The one place of the API that imports jieba."""

import logging
import re
import unicodedata
import warnings
from collections.abc import Iterable
from typing import Any

# Words of asking, of courtesy and of grammar: they tell no subject from another.
_EMPTY = """
什么 什么样 怎么 怎么样 怎么办 怎样 咋 咋样 咋办 啥 啥意思 啥样 意思 为什么 为啥 干嘛 干什么 如何
多少 几个 哪个 哪些 哪里 哪儿 哪 哪家 哪边 是否 是不是 有没有 能不能 可不可以 要不要 会不会 可以
能够 能 不能 需要 应该 应当 必须 该 要 想 是 不是 就是 还是 或者 以及 而且 但是 因为 所以 如果
那么 然后 的话 时候 的 了 吗 呢 吧 啊 呀 哦 嗯 着 过 在 从 到 我 你 您 他 她 它 我们 你们 他们
咱们 自己 人家 大家 这 那 这个 那个 这些 那些 这里 那里 这边 那边 这样 那样 一个 一下 一些 一点 有
没有 没 不 也 都 就 才 又 再 很 太 最 更 请 请问 麻烦 谢谢 你好 您好 不好意思 告诉 知道 不知道 说
说的 看 看看 问 问问 问一下 听说 觉得 现在 今天 明天 昨天 刚才 东西 事情 问题 关系 情况 方面 一直
一样 不一样 区别 差别 里面 上面 后面 前面 时间 用 做 弄 办 去 来 给 让 把 被 跟 和 与 对 嘛 而 之
以 等 个 为 于 什么时候 几点 谁 有点 有些 地方 哪些地方 什么地方 这么 怎么这么 不会 会 还 还有 先
到底 究竟 一般 通常 具体 办法 方法 别人 找 找到 叫 叫做 指 属于 比如 例如 那种 这种 哪种 某个 另外
其他 别的 位置 想要 以后 之后 以前 之前 有人 不要 回事 一回事 有用 有用吗 用吗 才对 会怎样 希望 听
懂
"""
EMPTY_WORDS = frozenset(_EMPTY.split())

_WEAK = """
手机 电话 号码 网络 境外 国内 打不了 打不通 打不出去 打电话 不了 处理 使用 设置 运营商
中国 新卡 用不了
"""

WEAK_WORDS = frozenset(_WEAK.split())
"""Words of every complaint about a phone: they count, but little."""

TELLING_CHARACTERS = frozenset("关停贵坏锁插选拨")
"""Verbs and adjectives of one character that do tell."""

SAME = {
    "国外": "境外",
    "海外": "境外",
    "外国": "境外",
    "手工": "手动",
    "插槽": "卡槽",
    "关": "关闭",
    "关掉": "关闭",
    "关停": "关闭",
    "停": "关闭",
    "停用": "关闭",
    "停网": "关闭",
}
"""Words of one meaning, which must not tell articles apart."""

_CHINESE = "\u3400-\u9fff"
_QUOTES = re.compile("[“”‘’「」『』\"']")
_SPACE_BESIDE_CHINESE = re.compile(rf"(?<=[{_CHINESE}])\s+|\s+(?=[{_CHINESE}])")


def normalise(text: str) -> str:
    """Return `text` in one form: NFKC, lower case, no quotes, no space beside Chinese."""
    bare = _QUOTES.sub("", unicodedata.normalize("NFKC", text).lower())
    return _SPACE_BESIDE_CHINESE.sub("", bare)


class Cutter:
    """Cuts with a dictionary of its own, so that nobody else's words change the results.

    Making one loads jieba's dictionary: 0.7 s and 80 MB on 2 cores.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._jieba = _own_segmenter()
        for word in words:
            self._jieba.add_word(normalise(word))

    def cut(self, text: str) -> list[tuple[str, ...]]:
        """Return the telling words of `text` in order, each followed by the words inside it."""
        # HMM would guess words the dictionary lacks (补卡后, 网是): two known words are better.
        words = [SAME.get(word, word) for word in self._jieba.cut(normalise(text), HMM=False)]
        return [(word, *self._parts(word)) for word in words if _tells(word)]

    def _parts(self, word: str) -> list[str]:
        """Return the dictionary's words of two or three characters inside a longer word."""
        pieces = (
            word[begin : begin + length]
            for length in (2, 3)
            if len(word) > length
            for begin in range(len(word) - length + 1)
        )
        return [piece for piece in pieces if self._jieba.FREQ.get(piece) and _tells(piece)]


def _tells(word: str) -> bool:
    if word in EMPTY_WORDS or word.startswith(("怎么", "什么", "为什么")):
        return False
    # One Chinese character is mostly grammar; one letter is a network (G, C) or the mark (V).
    return len(word) > 1 or word in TELLING_CHARACTERS or (word.isascii() and word.isalnum())


def _own_segmenter() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # invalid escape sequences, seen by Python >= 3.12
        import jieba
    jieba.setLogLevel(logging.ERROR)  # it tells stderr of each dictionary it builds
    segmenter = jieba.Tokenizer()
    segmenter.initialize()
    return segmenter
