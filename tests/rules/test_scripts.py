"""The language of a text follows its writer's page, unless the script speaks against it."""

import pytest

from disputes.rules.scripts import written_in


@pytest.mark.parametrize(
    ("text", "page", "language"),
    [
        ("The tea set was cracked.", "en", "en"),
        ("Le service à thé était cassé.", "fr", "fr"),
        ("The tea set was cracked.", "ja", "en"),
        ("お茶のセットが割れていました。", "en", "ja"),
        ("お茶のセットが割れていました。", "ja", "ja"),
        ("返金希望", "ja", "ja"),
        ("茶具打开的时候已经裂了，店里不肯退款。", "en", "zh_CN"),
        ("茶具打开的时候已经裂了，店里不肯退款，说什么都不愿意处理。", "ja", "zh_CN"),
        ("茶具打開的時候已經裂了，店裡不肯退款。", "zh_TW", "zh_TW"),
        ("我在“さくら”店里买了一套茶具，打开的时候已经裂了，店里不肯退款，说什么都不愿意处理。", "zh_CN", "zh_CN"),
        ("طقم الشاي كان مكسوراً", "en", "ar"),
        ("ชุดน้ำชาแตก", "en", "th"),
        ("Чайный сервиз был разбит", "en", "ru"),
        ("찻잔 세트가 깨져 있었습니다", "en", "ko"),
        ("طقم الشاي من Starbucks كان مكسوراً", "ar", "ar"),
        ("12345 !!! 😡", "ar", "ar"),
        ("", "ja", "ja"),
    ],
)
def test_the_script_says_in_which_language_a_text_was_written(text: str, page: str, language: str) -> None:
    assert written_in(text, page) == language
