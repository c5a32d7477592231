"""Prepare the fonts of this folder from the packages named in README.md. Run by hand when a font is renewed.

pip install fonttools
python prepare.py /usr/share/fonts/opentype/noto /usr/share/fonts/truetype/noto noto-emoji-emoji-400-normal.woff
"""

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont

HERE = Path(__file__).parent
SIMPLIFIED_CHINESE = 2  # its place in the collection of the five regions
# What running text needs; local forms choose the shapes of a region. Left out: vertical lines, half widths, ruby.
CJK_FEATURES = ["locl", "ccmp", "ljmo", "vjmo", "tjmo", "kern", "mark", "calt", "liga"]
OTHERS = [
    "Sans-Regular",
    "Sans-Bold",
    "SansArabic-Regular",
    "SansArabic-Bold",
    "SansThai-Regular",
    "SansThai-Bold",
    "SansDevanagari-Regular",
    "SansHebrew-Regular",
    "SansBengali-Regular",
    "SansTamil-Regular",
    "SansSinhala-Regular",
    "SansKhmer-Regular",
    "SansLao-Regular",
    "SansMyanmar-Regular",
    "SansGeorgian-Regular",
    "SansArmenian-Regular",
    "SerifTibetan-Regular",
    "SansMongolian-Regular",
    "SansSymbols-Regular",
    "SansSymbols2-Regular",
    "SansMath-Regular",
]


def main(cjk: Path, others: Path, emoji: Path) -> None:
    write_cjk(cjk / "NotoSansCJK-Regular.ttc", "NotoSansCJKsc-Regular.otf", None)
    write_cjk(cjk / "NotoSansCJK-Bold.ttc", "NotoSansCJKsc-Bold-common.otf", common_characters())
    for name in OTHERS:
        write(TTFont(others / f"Noto{name}.ttf"), f"Noto{name}.ttf")
    write(TTFont(emoji), "NotoEmoji-Regular.ttf")
    write_coverage()


def write_cjk(collection: Path, name: str, characters: set[int] | None) -> None:
    font = TTCollection(str(collection)).fonts[SIMPLIFIED_CHINESE]
    options = Options(layout_features=CJK_FEATURES, hinting=False, notdef_outline=True, glyph_names=False)
    options.drop_tables += ["VORG", "vhea", "vmtx", "BASE"]
    save(font, name, options, characters)


def write(font: TTFont, name: str) -> None:
    options = Options(layout_features=["*"], hinting=False, notdef_outline=True, glyph_names=False, legacy_kern=True)
    options.name_IDs = options.name_languages = ["*"]
    save(font, name, options, None)


def save(font: TTFont, name: str, options: Options, characters: set[int] | None) -> None:
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters or font.getBestCmap().keys())
    subsetter.subset(font)
    font.flavor = None
    font.save(HERE / name)


def common_characters() -> set[int]:
    """What the national character sets of the region hold, with kana and punctuation."""
    graphic = range(0xA1, 0xFF)
    found = set(range(0x3000, 0x3100)) | set(range(0xFF00, 0xFFF0)) | set(range(0x2000, 0x2070))
    for codec, rows, columns in (
        ("gb2312", graphic, graphic),
        ("euc_jp", graphic, graphic),
        ("euc_kr", graphic, graphic),
        ("big5", range(0xA4, 0xC7), range(0x40, 0xFF)),
    ):
        for row in rows:
            for column in columns:
                found.update(map(ord, bytes([row, column]).decode(codec, "ignore")))
    return found


def write_coverage() -> None:
    drawn = {code for path in HERE.glob("*.[ot]tf") if "Bold" not in path.name for code in TTFont(path).getBestCmap()}
    ranges: list[list[int]] = []
    for code in sorted(code for code in drawn if code >= 0x20):
        if ranges and code == ranges[-1][1] + 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    lines = [f"{first:X}" if first == last else f"{first:X}-{last:X}" for first, last in ranges]
    head = "# Code points that at least one regular font of this folder draws, in ranges, hexadecimal. Written by prepare.py."
    (HERE / "coverage.txt").write_text("\n".join([head, *lines]) + "\n")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
