"""Facts from messages as people type them: what is taken, and what must not be."""

import pytest

from bot.understanding.reader import Reader

SAID = [
    # places
    ("我在台湾打不了电话", {"location": "TW", "service": "voice"}),
    ("人在中国香港 没信号", {"location": "HK", "service": "signal"}),
    ("刚到清迈", {"location": "TH"}),
    ("落地首尔以后收不到短信", {"location": "KR", "service": "sms"}),
    ("在关岛上不了网", {"location": "GU", "service": "data"}),
    ("美国 纽约", {"location": "US"}),
    ("在港", {"location": "HK"}),
    ("in Tokyo now", {"location": "JP"}),
    # which of several places is meant
    ("不是美国是加拿大", {"location": "CA", "correction": "true"}),
    ("不对，是日本", {"location": "JP", "correction": "true"}),
    ("我没有去美国，在加拿大", {"location": "CA"}),
    ("我现在不在日本了 在泰国", {"location": "TH"}),
    ("我从日本到了韩国", {"location": "KR"}),
    ("去年去过韩国，今年在日本", {"location": "JP"}),
    ("在美国打不通韩国的电话", {"location": "US", "service": "voice"}),
    # what is no place abroad
    ("下周要去泰国", {}),
    ("中国电信的卡", {}),
    ("今日本人到达", {}),
    ("国内一直好好的", {"works_at_home": "yes"}),
    ("现在在北京", {"location": "CN"}),
    ("北京时间几点", {}),
    ("在圣何塞", {"ambiguous_place": "US,CR"}),
    ("在美国的圣何塞", {"location": "US"}),
    # cards, networks, slots, operators
    ("双模的", {"card_type": "ctog"}),
    ("单模国际卡", {"card_type": "ctoc"}),
    ("卡上没有V也没有新", {"card_type": "ctoc"}),
    ("芯片上印着“新”字", {"card_type": "ctog"}),
    ("不是双模卡", {"card_type": "ctoc", "correction": "true"}),
    ("不是双模，是单模", {"card_type": "ctoc", "correction": "true"}),
    ("显示1x", {"network": "c"}),
    ("手机显示GSM", {"network": "g"}),
    ("我用的4G网", {}),
    ("插在G卡槽", {"card_slot": "g"}),
    ("电信那个槽", {"card_slot": "c"}),
    ("卡二", {"card_slot": "g"}),
    ("沃达丰", {"operator": "vodafone"}),
    ("选的是Verizon Wireless", {"operator": "verizon"}),
    ("连的CHT", {"operator": "chunghwa"}),
    ("显示T-Mobile", {"operator": "tmobile_us"}),
    # yes and no in so many words
    ("国内也用不了", {"works_at_home": "no"}),
    ("出国前一直正常", {"works_at_home": "yes"}),
    ("我手动选的网", {"selected_by_hand": "yes"}),
    ("没有手动选过", {"selected_by_hand": "no"}),
    ("是自动选网", {"selected_by_hand": "no"}),
    ("怎么手动选网", {}),
    ("已经回国了", {"back_in_china": "yes"}),
    ("还没回国", {"back_in_china": "no"}),
    ("等回国再说", {}),
    ("昨天到家一看账单", {"back_in_china": "yes"}),
    ("签证没下来，暂时回不去", {"back_in_china": "no"}),
    ("头回来这边", {}),
    # settings that are asked about, or are of somebody or something else
    ("网络是自动切换的吗", {}),
    ("同事在东京用的是docomo", {"location": "JP"}),
    ("上次用的GSM", {}),
    ("沃达丰那种卡", {"card_type": "ctog"}),
    ("卡一直好好地插着", {}),
    ("数据漫游：关闭", {"data_roaming_on": "no"}),
    ("数据漫游: on", {"data_roaming_on": "yes"}),
    # versions in any form
    ("PRL那里就一个1", {"prl_version": "1"}),
    ("PRL版本那一行是51187", {"prl_version": "51187"}),
    ("prl后面写5位数30019", {"prl_version": "30019"}),
    ("安卓版本12", {"number": "12"}),
    ("prl没更新过", {"prl_updated": "no"}),
    ("出国前更新过PRL", {"prl_updated": "yes"}),
    ("从韩国回来补过卡", {"card_reissued_after_korea": "yes"}),
    ("没补过卡", {"card_reissued_after_korea": "no"}),
    ("短信中心号码是空的", {"sms_centre_ok": "no"}),
    ("短信中心号没错", {"sms_centre_ok": "yes"}),
    ("数据漫游没开", {"data_roaming_on": "no"}),
    ("数据漫游已经打开了", {"data_roaming_on": "yes"}),
    # asked about, not told
    ("什么是双模卡", {}),
    ("双模卡和单模卡有什么区别", {}),
    ("哪个是G卡槽", {}),
    ("缅甸能漫游吗", {}),
    ("日本有没有覆盖", {}),
    ("我在日本，怎么手动选网", {"location": "JP"}),
    ("在韩国打不了电话怎么办", {"location": "KR", "service": "voice"}),
    ("家里电视没信号", {}),
    # digits
    ("PRL：30210", {"prl_version": "30210"}),
    ("prl版本三零零一二", {"prl_version": "30012"}),
    ("30012", {"number": "30012"}),
    ("三万零一十二", {"number": "30012"}),
    ("拨了十六位", {"dialled_digits": "16"}),
    ("打0018613912345678901打不通", {"dialled_digits": "19", "service": "voice"}),
    ("等了3位客服都没解决", {"number": "3"}),
    ("我的号码189 1234 5678", {"msisdn": "18912345678"}),
    ("+86-18912345678", {"msisdn": "18912345678"}),
    ("imsi是460031234567890", {"imsi": "460031234567890"}),
    ("8986 0312 3456 7890 1234", {"iccid": "89860312345678901234"}),
    ("第二个", {"ordinal": "2"}),
    ("选3", {"ordinal": "3"}),
    ("2", {"ordinal": "2"}),
    # which service
    ("能打电话但是上不了网", {"service": "data"}),
    ("有信号没有网", {"service": "data"}),
    ("打不了电话，没信号", {"service": "signal"}),
    ("手机能打电话能上网，就是收不到短信", {"service": "sms"}),
    ("收短信收钱吗", {}),
    ("短信费太贵", {}),
    ("版本号：3 1 0 0 4", {"prl_version": "31004"}),
    ("PRL 30,021", {"prl_version": "30021"}),
    ("PRL是3万零12", {"prl_version": "30012"}),
    ("幺八零 幺幺二二 三三四四", {"msisdn": "18011223344"}),
    ("识别码460 03 1111 222233", {"imsi": "460031111222233"}),
    ("011 86 10 12345678 就拨这些", {"dialled_digits": "15"}),
    ("拨0118613开头那串，一共15位", {"dialled_digits": "15", "number": "0118613"}),
    ("卡号一共二十位", {"number": "20"}),
    # places of home
    ("老家河南周口，手机搜不到网", {"location": "CN", "service": "signal"}),
    ("河南周口", {"location": "CN"}),
    ("收不到上海社保的短信", {"service": "sms"}),
    ("在上海的时候好好的", {"works_at_home": "yes"}),
    # other people, other times, other words
    ("同事用的沃达丰，我显示的是Three", {"operator": "hutchison"}),
    ("老婆那张是双模，我这张单模", {"card_type": "ctoc"}),
    ("昨天还在曼谷，今早到的金边", {"location": "KH"}),
    ("隔壁老外的手机显示Vodafone", {}),
    ("同学数据漫游是开的", {}),
    ("原先插在卡二，刚挪去卡一", {"card_slot": "c"}),
    ("主卡槽给移动卡占着，电信卡放副卡槽", {"card_slot": "g"}),
    ("店员说走C网，可我手机上写的是GSM", {"network": "g"}),
    ("我姐先回国了，我还在国外", {"back_in_china": "no"}),
    ("我在国外", {"back_in_china": "no"}),
    ("同事叫我手动选网，还没弄", {}),
    ("这卡一点反应没有", {}),
    ("大家都能用", {}),
    ("别家都正常", {}),
    ("家里都能用", {"works_at_home": "yes"}),
    ("登机之前打电话上网都正常", {"works_at_home": "yes"}),
    ("国内信号满满的", {"works_at_home": "yes"}),
    ("短信中心号跟官网的不一样", {"sms_centre_ok": "no"}),
    ("短信中心，比官网的少一位数", {"sms_centre_ok": "no"}),
    ("is it free to call", {}),
    ("手机显示 Free", {"operator": "free_fr"}),
    ("see you because", {}),
    ("他属于全州最好的", {}),
    # nothing at all
    ("没有", {}),
    ("是的", {}),
    ("😀", {}),
    ("", {}),
]


@pytest.mark.parametrize(("text", "facts"), SAID, ids=[text for text, _ in SAID])
def test_what_is_said(reader: Reader, text: str, facts: dict[str, str]) -> None:
    assert reader.facts(text) == facts


def test_everything_is_taken_from_one_message(reader: Reader) -> None:
    text = (
        "我在台灣用双模卡，插的G槽，选的中華電信，国内一直好好的，"
        "PRL 30012，号码18912345678，电话打不出去！！！"
    )
    assert reader.facts(text) == {
        "location": "TW",
        "card_type": "ctog",
        "card_slot": "g",
        "operator": "chunghwa",
        "works_at_home": "yes",
        "prl_version": "30012",
        "msisdn": "18912345678",
        "service": "voice",
    }


def test_a_fact_is_said_once(reader: Reader) -> None:
    said = [
        m.fact for m in reader.mentions("在日本东京，日本没信号，一点信号都没有，东京也没有信号")
    ]
    assert len(said) == len(set(said))


def test_a_pasted_story_is_read_quickly_and_whole(reader: Reader) -> None:
    story = "我在曼谷出差，手机打不了电话，" + "这边天气很热，街上人很多。" * 180 + "卡是双模的"
    assert reader.facts(story) == {"location": "TH", "service": "voice", "card_type": "ctog"}
