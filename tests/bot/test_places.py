"""Every place of the data is found wherever it stands in a sentence, and no place where none is."""

import pytest

from bot.understanding import lexicon
from bot.understanding.reader import Reader

CARRIERS = ("{}", "我在{}打不了电话", "人在{}，手机没信号", "刚到{}上不了网", "到了{}以后用不了")

PLACES = frozenset(["location", "ambiguous_place"])

SAID = [
    ("我现在人在迪拜转机，手机一格信号都没有", "AE"),
    ("公司派我来罗安达修路，电话打不回去", "AO"),
    ("昨晚到的雪梨，短信一条都收不到", "AU"),
    ("陪孩子在墨村读书，验证码老收不到", "AU"),
    ("在巴库谈生意，信号时有时无", "AZ"),
    ("达卡这边的工地上没网", "BD"),
    ("里约热内卢机场里没信号", "BR"),
    ("到班夫滑雪三天了，一直没服务", "CA"),
    ("儿子在多村上学，他手机没信号", "CA"),
    ("在科卢韦齐的铜矿上，打不了电话", "CD"),
    ("琉森湖边上网特别慢", "CH"),
    ("在雅温得项目部，电话打不出去", "CM"),
    ("布拉格广场这儿连不上网", "CZ"),
    ("在慕尼黑看展，电话接不到", "DE"),
    ("红海的赫尔格达酒店里收不到短信", "EG"),
    ("跟团到巴塞罗那了，手机没网络", "ES"),
    ("在亚的斯亚贝巴换乘，没信号", "ET"),
    ("在圣诞老人村拍极光，手机无服务", "FI"),
    ("蜜月在波拉波拉岛，电话打不通", "PF"),
    ("尼斯海边，信号很弱", "FR"),
    ("伦敦希思罗刚落地，显示无服务", "GB"),
    ("人在第比利斯，流量用不了", "GE"),
    ("圣托里尼的民宿里上不了网", "GR"),
    ("在塔穆宁逛街，没有信号", "GU"),
    ("过了关到旺角，手机就没网了", "HK"),
    ("在将军澳朋友家住，收不到验证码", "HK"),
    ("峇里岛潜水回来发现手机停了", "ID"),
    ("在莫罗瓦利镍矿上班，打不了电话", "ID"),
    ("在班加罗尔出差，连不上网", "IN"),
    ("德黑兰机场里电话打不出去", "IR"),
    ("威尼斯坐船的时候没信号", "IT"),
    ("人在京都伏见稻荷，一点信号都没有", "JP"),
    ("滑雪来二世古，网络不行", "JP"),
    ("轻井泽这里上不了网", "JP"),
    ("马赛马拉看动物大迁徙，手机没信号", "KE"),
    ("人在比什凯克，短信发不出去", "KG"),
    ("我在西港上班，电话打不了国内", "KH"),
    ("过境到波贝，手机没网络", "KH"),
    ("在弘大逛街，微信打不开", "KR"),
    ("济州岛环岛骑车没信号", "KR"),
    ("阿拉木图火车站这里无服务", "KZ"),
    ("在金木棉特区住，短信收不到", "LA"),
    ("科伦坡港口城项目上，打不通电话", "LK"),
    ("在非斯古城里迷路了，电话打不出", "MA"),
    ("在妙瓦底，手机搜不到网络", "MM"),
    ("到大其力赶街没有信号", "MM"),
    ("中蒙边境那边扎门乌德，没信号", "MN"),
    ("在氹仔看演出，上不了网", "MO"),
    ("马代岛上只有一格信号", "MV"),
    ("坎昆度假，收不到银行短信", "MX"),
    ("仙本那出海，电话打不了", "MY"),
    ("新山过关的时候没信号了", "MY"),
    ("温得和克的矿上，电话不通", "NA"),
    ("在加德满都中转，没网", "NP"),
    ("纽西兰皇后镇，手机打不了电话", "NZ"),
    ("长滩岛沙滩上没有信号", "PH"),
    ("瓜达尔港施工，电话打不回国内", "PK"),
    ("帛琉潜水，手机收不到短信", "PW"),
    ("海参崴口岸出来就没信号", "RU"),
    ("朝觐到了麦加，短信收不到", "SA"),
    ("星洲牛车水这边电话打不出去", "SG"),
    ("泰京廊曼机场，手机没网络", "TH"),
    ("人在拜县，验证码收不到", "TH"),
    ("卡帕多奇亚坐热气球，没信号", "TR"),
    ("在垦丁骑车，电话打不了", "TW"),
    ("桑给巴尔的沙滩上没网", "TZ"),
    ("洛杉矶尔湾这边打不通国内", "US"),
    ("黄石公园里没信号", "US"),
    ("撒马尔罕古城里没网络", "UZ"),
    ("芽庄海边的酒店里上不了网", "VN"),
    ("过了芒街就没信号", "VN"),
    ("开普敦桌山上没有信号", "ZA"),
    ("谦比希铜矿项目上打不了电话", "ZM"),
    ("i landed at NRT but no service", "JP"),
    ("my phone has no signal in Kuala Lumpur", "MY"),
    ("stuck at BKK airport, no network", "TH"),
]

NO_PLACE_ABROAD = [
    "发动机坏了 要修多久",
    "我马上过去办",
    "大约旦夕之间就没了",
    "英语我听不懂，有中文客服吗",
    "泰铢换多少合适",
    "日元最近跌得厉害",
    "交了三百美元押金",
    "韩元怎么付款",
    "港币可以充值吗",
    "中国银行的短信收不到",
    "北京大学同学让我问的",
    "上海的朋友说可以用",
    "套餐里加了一个流量包",
    "话费里加收了什么钱",
    "系统营业厅查不到",
    "再加来电提醒多少钱",
    "我要参加平台活动",
    "登别人的账号会不会扣费",
    "能登录网上营业厅吗",
    "把三亚的酒店退了",
    "老街上开的那家店能办卡吗",
    "会不会晒坏手机",
    "客服会安排人联系我吗",
    "你们会安装宽带吗",
    "手机加平板一起用",
    "我的港币还没花完",
    "对马上到期的套餐怎么处理",
    "他做事很果敢",
    "戴着金边眼镜的那个营业员",
    "家里用水户数多少",
    "桌上放着木牌子",
    "大巴里没信号",
    "大多数人都能用",
    "小猪佩奇的手机壳",
    "巴斯光年的彩铃",
    "点了一份比萨 等了一小时",
    "吃比萨的时候手机死机了",
    "古巴雪茄哪里买",
    "美国大片看不了",
    "泰国香米多少钱一斤",
    "路边都是法国梧桐",
    "巴黎贝甜的券怎么领",
    "日本车和德国车哪个好",
    "韩国烤肉店的团购券",
    "京东方的屏幕坏了",
    "南京东路的营业厅几点开门",
    "北京西站附近有营业厅吗",
    "中山路那家营业厅态度差",
    "美的空调遥控器失灵",
    "英文界面怎么换成中文",
    "德语菜单看不懂",
    "江南的朋友打不通我",
    "包罗万象的套餐说明太长",
    "万象城的营业厅在几楼",
    "海防部队的卡能办吗",
    "霓虹灯广告上的电话是假的",
    "亚马逊购物退款没到",
    "条条大路通罗马 你们就一条",
    "这次真是遭遇滑铁卢",
    "我要投诉 服务太差了",
    "多哥们都用电信",
    "加时赛还没打完流量就没了",
    "买的瑞士军刀发货短信没收到",
    "印度洋的台风会影响信号吗",
    "德州扒鸡快递短信没来",
    "玩俄罗斯方块费流量吗",
    "香港脚怎么治",
    "港澳通行证丢了怎么办",
    "港澳台漫游包多少钱",
    "意大利面做法",
    "土耳其烤肉真香",
    "夏威夷果过期了",
    "云顶之弈更新要多少流量",
    "宫崎骏的电影",
    "江户川柯南的彩铃",
    "桃园三结义",
    "淡水鱼怎么养",
    "宝岛眼镜的会员短信",
    "金门高粱多少钱",
    "约克空调维修",
    "牛津词典下载要流量吗",
    "剑桥英语考试的验证码没收到",
    "西环路营业厅关门了",
    "中环高架堵车",
    "大理石地面",
    "手机里面进水了",
    "因素里面有信号吗",
    "新余市营业厅电话",
    "号码里有四个八",
    "这个月账单里加了六块",
    "昨天刚好交过费",
    "我在大厅等了两个小时",
    "他们在开会安静一点",
    "在里面打不通电话",
    "到头顿时没了主意",
    "到处都没有信号",
    "我到现在都没收到短信",
    "在哪里办理",
    "在家里收不到信号",
    "在线客服人呢",
    "给我爸爸办副卡",
    "手机型号是苹果十五",
    "把流量转给家人",
    "妈妈的手机打不开",
    "发不了短信是不是欠费",
    "为什么不能打电话",
    "短信中心号码是多少",
    "王丽办的卡",
    "卡被锁了要PUK码",
    "上环手术那家医院打不进",
    "平安保险总打电话骚扰",
    "东方航空的短信收不到",
    "海南航空发的航班短信没有",
    "兰州拉面馆的无线网",
    "重庆火锅店没信号",
    "美团的验证码收不到",
    "英雄联盟延迟高",
    "法院的短信没收到",
    "德高望重的老领导",
    "泰然处之",
    "日常通话没问题",
    "澳币汇率是多少",
    "台灯坏了",
    "台式电脑上不了网",
    "港股怎么开户",
    "美丽的营业员",
    "加油站附近没信号",
    "新手机换卡",
    "老挝啤酒好喝吗",
    "西马克的设备短信",
    "广东马上要停机吗",
    "山东马家沟芹菜",
    "陕西马上开通吗",
    "万一打不通怎么办",
    "千万别扣我钱",
    "曼联比赛看不了",
    "皇家马德里的比赛卡顿",
    "雅典娜手办到了没",
    "肯塔基炸鸡优惠",
    "长城宽带能转电信吗",
    "西湖龙井好喝",
    "流量包里约定的是多少",
    "合同里约好的价格",
    "怎么会达到一百块",
    "卡里面没钱了",
    "卡里加钱",
    "马里奥游戏卡顿",
    "开罗游戏公司的短信",
    "白云机场营业厅的电话",
    "客服态度像大爷",
    "希望尽快处理",
    "希腊字母怎么打",
    "非洲菊多少钱",
    "阿里云验证码",
    "阿里巴巴的短信收不到",
    "阿里山茶叶好喝",
    "安全卫士拦截",
    "沙田柚多少钱",
    "巴西烤肉券",
    "智能手机设置",
    "智利车厘子多少钱",
    "刚果断关机了",
    "苏丹红超标",
    "蒙古包里没有网",
    "蒙古族的同事",
    "圣诞岛红蟹好吃吗",
    "圣诞节有活动吗",
    "朝鲜族的朋友",
    "朝鲜冷面",
    "科隆香水",
    "摩洛哥坚果油",
    "维也纳酒店的无线网连不上",
    "香格里拉酒店wifi连不上",
    "凤凰城小区没信号",
    "黎明之前",
    "马来貘长啥样",
    "挪威的森林",
    "秘鲁鱼粉",
    "荷兰豆炒肉",
    "冰岛茶多少钱",
    "瑞典语怎么说",
    "西班牙语客服",
    "阿拉伯语",
    "匈牙利舞曲",
    "波斯猫走丢了",
    "i have a new phone",
    "no service on my phone",
    "the male voice said wait",
    "what is the best plan",
    "china telecom card",
    "我等下关机试试",
    "提高平台服务",
    "更新州里的通知",
    "压力山大",
    "红海行动看了吗",
    "亚历山大大帝的纪录片",
    "一下关不掉流量",
    "提高平均网速",
    "老街坊们都在用",
    "金三角区域经理",
]


@pytest.fixture(scope="module")
def data() -> dict:
    return lexicon.documents()["places.yml"]


@pytest.fixture(scope="module")
def places() -> dict[str, str]:
    names = lexicon.names(lexicon.documents())
    return {name.text: name.value for name in names if name.fact == "location"}


def test_there_are_all_countries_and_many_cities(places: dict[str, str], data: dict) -> None:
    assert len(set(places.values())) >= 245
    assert len(places) >= 2_600
    assert len(data["mainland"]) >= 600


@pytest.mark.parametrize("carrier", CARRIERS)
def test_every_place_is_found(reader: Reader, places: dict[str, str], carrier: str) -> None:
    missed = {
        place: value
        for place, value in places.items()
        if reader.facts(carrier.format(place)).get("location") != value
    }
    assert not missed


def test_every_mainland_place_is_found(reader: Reader, data: dict) -> None:
    for carrier in ("{}", "人在{}，手机没信号"):
        missed = [
            place
            for place in data["mainland"]
            if reader.facts(carrier.format(place)).get("location") != "CN"
        ]
        assert not missed


def test_a_name_of_several_places_is_never_guessed(reader: Reader, data: dict) -> None:
    for place, codes in data["ambiguous"].items():
        facts = reader.facts(f"我在{place}打不了电话")
        assert "location" not in facts, place
        assert facts["ambiguous_place"] == ",".join(codes), place


def test_a_name_stands_in_one_section_only(data: dict) -> None:
    listed = [
        name for section in ("names", "latin") for names in data[section].values() for name in names
    ]
    listed += [*data["ambiguous"], *data["mainland"], *data["not_places"]]
    assert sorted(listed) == sorted(set(listed))


def test_countries_are_in_order(data: dict) -> None:
    for section in ("display", "names", "latin", "ambiguous", "short"):
        assert list(data[section]) == sorted(data[section])
    for codes in data["ambiguous"].values():
        assert len(set(codes)) == len(codes) >= 2


def test_what_is_no_place_takes_the_span_away(reader: Reader, data: dict) -> None:
    for phrase in data["not_places"]:
        assert not PLACES & set(reader.facts(phrase)), phrase


@pytest.mark.parametrize("text", NO_PLACE_ABROAD)
def test_an_ordinary_sentence_names_no_place_abroad(reader: Reader, text: str) -> None:
    facts = reader.facts(text)
    assert facts.get("location", "CN") == "CN"
    assert "ambiguous_place" not in facts


@pytest.mark.parametrize(("text", "country"), SAID)
def test_a_place_in_a_sentence(reader: Reader, text: str, country: str) -> None:
    assert reader.facts(text).get("location") == country


def test_china_is_never_abroad(reader: Reader, places: dict[str, str]) -> None:
    assert "CN" not in places.values()
    for text in ("中国电信", "国内", "中国", "大陆的号码", "国内的朋友打不通我"):
        assert "location" not in reader.facts(text)


def test_display_names_are_understood(reader: Reader) -> None:
    display = lexicon.documents()["places.yml"]["display"]
    assert display == {"TW": "中国台湾", "HK": "中国香港", "MO": "中国澳门"}
    for code, name in display.items():
        assert reader.facts(name) == {"location": code}
