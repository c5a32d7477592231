"""What visitors say, in their scripts: invented words, items, names and stories with common and rare parts."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from functools import cache

from disputes.search import pairs

LANGUAGES = ("en", "zh_CN", "ja", "ko", "th", "ar", "ru")
WEIGHTS = (34, 16, 16, 14, 10, 6, 4)

# fmt: off
ITEMS = {
    "en": ("porcelain tea set", "silk scarf", "hotpot base", "jade bracelet", "panda toy", "bamboo fan", "down jacket", "camera", "river cruise", "airport taxi", "massage", "hot spring ticket"),
    "zh_CN": ("茶具", "丝巾", "火锅底料", "玉镯", "熊猫玩偶", "竹扇", "羽绒服", "相机", "游船票", "茅台酒", "蜀绣", "腊肉"),
    "ja": ("磁器の茶器", "シルクのスカーフ", "火鍋の素", "翡翠の腕輪", "パンダのぬいぐるみ", "竹の扇子", "ダウンジャケット", "遊覧船の券"),
    "ko": ("도자기 찻잔", "실크 스카프", "훠궈 소스", "옥 팔찌", "판다 인형", "대나무 부채", "패딩", "유람선 표"),
    "th": ("ชุดน้ำชา", "ผ้าพันคอไหม", "ซุปหม้อไฟ", "กำไลหยก", "ตุ๊กตาแพนด้า", "พัดไม้ไผ่", "เสื้อขนเป็ด", "ตั๋วเรือ"),
    "ar": ("طقم شاي", "وشاح حرير", "سوار يشم", "دمية باندا", "مروحة خيزران", "تذكرة قارب"),
    "ru": ("чайный сервиз", "шёлковый шарф", "нефритовый браслет", "игрушка панда", "пуховик", "билет на катер"),
}
SENTENCES = {
    "en": ("It was broken when I opened the box in my hotel.", "The shop said it was real silk but the label says polyester.", "They charged my card twice.", "Nobody would look at the receipt.", "The price at the desk was not the price on the shelf.", "I asked for my money back and they refused.", "The driver took the long way and wanted double.", "I leave on Thursday.", "A girl at the counter was kind but could not decide.", "I have photos and the receipt."),
    "zh_CN": ("回到酒店打开盒子就发现碎了。", "店员说是真丝，标签上却写着涤纶。", "刷卡刷了两次。", "没有人愿意看小票。", "结账价格和标价不一样。", "我要求退款，他们不同意。", "司机绕路还要双倍车费。", "我星期四离开。", "我有照片和发票。", "客服电话一直没人接。"),
    "ja": ("ホテルで箱を開けたら割れていました。", "本物の絹と言われましたが、表示はポリエステルです。", "カードで二回請求されました。", "レシートを見てもらえませんでした。", "棚の値段と会計の値段が違いました。", "返金を頼みましたが断られました。", "木曜日に帰国します。", "写真があります。"),
    "ko": ("호텔에서 상자를 열어 보니 깨져 있었습니다.", "진짜 실크라고 했는데 라벨에는 폴리에스터라고 되어 있습니다.", "카드가 두 번 결제되었습니다.", "영수증을 보려고 하지 않았습니다.", "환불을 요청했지만 거절당했습니다.", "목요일에 떠납니다.", "사진이 있습니다."),
    "th": ("เปิดกล่องที่โรงแรมแล้วพบว่าแตก", "ร้านบอกว่าเป็นผ้าไหมแท้แต่ป้ายเขียนว่าโพลีเอสเตอร์", "ถูกตัดบัตรสองครั้ง", "ไม่มีใครยอมดูใบเสร็จ", "ขอเงินคืนแต่ร้านไม่ยอม", "จะออกเดินทางวันพฤหัสบดี", "มีรูปถ่ายและใบเสร็จ"),
    "ar": ("كان مكسورا عندما فتحت الصندوق في الفندق.", "قالوا إنه حرير حقيقي لكن الملصق يقول غير ذلك.", "خصموا المبلغ من بطاقتي مرتين.", "طلبت استرداد المال فرفضوا.", "أغادر يوم الخميس.", "لدي صور وإيصال."),
    "ru": ("В гостинице я открыл коробку, и всё было разбито.", "Сказали, что это настоящий шёлк, а на ярлыке полиэстер.", "С карты списали деньги дважды.", "Чек никто не стал смотреть.", "Деньги вернуть отказались.", "Уезжаю в четверг.", "Есть фотографии."),
}
SYLLABLES = ("ba", "chen", "dor", "el", "fin", "gar", "han", "il", "jo", "ka", "lin", "mar", "no", "ost", "per", "qui", "ran", "sol", "tam", "ur", "vel", "wen", "yo", "zi")
HAN = "山水茶金玉银竹木江河云天星月风花春秋福禄寿喜安宁华丽东南西北巴蜀渝锦川陵峡洞桥门街巷坊楼阁轩斋堂记号香味珍宝祥瑞"
KANA = ("あお", "いし", "うえ", "かわ", "きた", "さと", "たか", "なか", "はら", "ふじ", "まつ", "みず", "やま", "わた")
HANGUL = ("김", "이", "박", "최", "정", "강", "조", "윤", "장", "임", "서연", "민준", "지우", "하준", "도윤", "수아", "예은", "지호")
THAI = ("สม", "ชาย", "หญิง", "วิไล", "นภา", "กิตติ", "ธน", "พร", "รัตน์", "ศรี", "อนันต์", "มาลี")
ARABIC = ("محمد", "فاطمة", "خالد", "نورة", "سعيد", "ليلى", "الحربي", "القحطاني", "العتيبي", "الشمري")
CYRILLIC = ("Иван", "Анна", "Олег", "Мария", "Пётр", "Ирина", "Смирнов", "Кузнецова", "Попов", "Орлова")
# fmt: on
_TWO = {  # the syllables a rare word or a name is made of, by language
    "en": SYLLABLES,
    "zh_CN": tuple(HAN),
    "ja": KANA,
    "ko": HANGUL,
    "th": THAI,
    "ar": ARABIC,
    "ru": CYRILLIC,
}  # fmt: skip


class Words:
    """A person's way of telling, decided by a generator of random numbers."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        common = [1 / rank for rank in range(1, 400)]
        self._often = list(itertools.accumulate(common))

    def language(self) -> str:
        """The language of a visitor."""
        return self._chance.choices(LANGUAGES, WEIGHTS)[0]

    def item(self, language: str) -> str:
        """What was bought: a kind of thing that many buy, with a rarer word before it."""
        return f"{self._word(language)} {self._chance.choice(ITEMS[language])}"

    def name(self, language: str) -> str:
        """What somebody is called."""
        return f"{self._word(language).title()} {self._word(language).title()}"

    def story(self, language: str) -> list[str]:
        """Some sentences and some words that few others use."""
        chosen = self._chance.sample(SENTENCES[language], self._chance.randint(2, 5))
        return [*chosen, *(self._word(language) for _ in range(4))]

    def _word(self, language: str) -> str:
        """A word of two syllables: the first ones of the list often, the last ones seldom."""
        place = self._chance.choices(range(len(self._often)), cum_weights=self._often)[0]
        return _word(language, place)


@cache
def _word(language: str, place: int) -> str:
    parts = _TWO[language]
    return parts[place * 7 % len(parts)] + parts[(place * 11 + place // len(parts)) % len(parts)]


@cache
def _quoted(part: str) -> tuple[str, ...]:
    return tuple(f"'{pair}'" for pair in pairs(part))


def vector(parts: Sequence[str]) -> str:
    """The search column for these parts, as PostgreSQL reads it."""
    return " ".join({pair for part in parts for pair in _quoted(part)})
