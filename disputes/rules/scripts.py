"""In which language a text was probably written, told from its script alone: for fonts, direction and the line "written in ..."."""

from __future__ import annotations

from collections import Counter

# First and last character of each stretch. What is missing here (digits, marks, emoji) says nothing about a language.
# fmt: off
STRETCHES: tuple[tuple[int, int, str], ...] = (
    (0x0041, 0x024F, "Latin"), (0x1E00, 0x1EFF, "Latin"),
    (0x0400, 0x052F, "Cyrillic"),
    (0x0600, 0x06FF, "Arabic"), (0x0750, 0x077F, "Arabic"), (0xFB50, 0xFDFF, "Arabic"), (0xFE70, 0xFEFC, "Arabic"),
    (0x0E00, 0x0E7F, "Thai"),
    (0x1100, 0x11FF, "Hangul"), (0x3130, 0x318F, "Hangul"), (0xAC00, 0xD7AF, "Hangul"),
    (0x3040, 0x30FF, "Kana"), (0x31F0, 0x31FF, "Kana"), (0xFF66, 0xFF9D, "Kana"),
    (0x3400, 0x4DBF, "Han"), (0x4E00, 0x9FFF, "Han"), (0xF900, 0xFAFF, "Han"), (0x20000, 0x323AF, "Han"),
)
WRITTEN_IN: dict[str, tuple[str, ...]] = {
    "ar": ("Arabic",), "ja": ("Kana", "Han"), "ko": ("Hangul", "Han"), "ru": ("Cyrillic",), "th": ("Thai",),
    "zh_CN": ("Han",), "zh_TW": ("Han",),
}
# fmt: on
MOST_LIKELY = {
    "Arabic": "ar",
    "Cyrillic": "ru",
    "Hangul": "ko",
    "Han": "zh_CN",
    "Kana": "ja",
    "Latin": "en",
    "Thai": "th",
}
LOOKED_AT = 2000  # characters; nobody changes the script after that
KANA_SHARE = 10  # Japanese has at least one kana in ten letters; Chinese that quotes a Japanese name has fewer


def written_in(text: str, assumed: str) -> str:
    """The language of a text whose writer was reading ``assumed``: that one, unless the script speaks against it."""
    letters = Counter(script for char in text[:LOOKED_AT] if char.isalpha() and (script := _script(ord(char))))
    if not letters:
        return assumed
    if letters["Kana"] * KANA_SHARE >= letters["Kana"] + letters["Han"] > letters["Latin"] and letters["Kana"]:
        return "ja"
    main = letters.most_common(1)[0][0]
    if assumed == "ja" and main == "Han" and not letters["Kana"] and sum(letters.values()) > KANA_SHARE * 2:
        return "zh_CN"
    return assumed if main in WRITTEN_IN.get(assumed, ("Latin",)) else MOST_LIKELY[main]


def _script(code: int) -> str | None:
    return next((name for first, last, name in STRETCHES if first <= code <= last), None)
