"""Names from the data files: the words of choices win, and an edited file changes the digest."""

import shutil
from pathlib import Path

from bot.understanding import lexicon
from bot.understanding.words import frequencies, teach


def test_words_of_choices_and_operators_are_names() -> None:
    names = {name.text: (name.fact, name.value) for name in lexicon.names(lexicon.documents())}
    assert names["双模卡"] == ("card_type", "ctog")
    assert names["中华电信"] == ("operator", "chunghwa")
    assert names["台湾"] == ("location", "TW")


def test_an_edited_file_changes_the_digest(tmp_path: Path) -> None:
    for source in lexicon.SOURCES:
        (tmp_path / source).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(lexicon.DATA / source, tmp_path / source)
    before = lexicon.digest(tmp_path)
    assert before == lexicon.digest(lexicon.DATA)
    with (tmp_path / "places.yml").open("a", encoding="utf-8") as file:
        file.write("# edited\n")
    assert lexicon.digest(tmp_path) != before


def test_jieba_keeps_our_words_whole_and_learning_twice_changes_nothing() -> None:
    import jieba

    known = frequencies(lexicon.words(lexicon.documents()))
    teach(known)
    once = list(jieba.cut("我在仰光用双模卡插在g卡槽收不到短信"))
    teach(known)
    assert once == list(jieba.cut("我在仰光用双模卡插在g卡槽收不到短信"))
    assert {"仰光", "双模卡", "g卡槽"} <= set(once)
