"""Data for the documents, made up for the tests; every text of a person can be replaced by another."""

LINK = "https://care.example/c/eyJjIjo0MiwicCI6InQiLCJ2IjoxfQ.c2lnbmF0dXJl"
SUM = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def both(zh, own):
    return {"zh": zh, "own": own}


def case_card(text=None):
    return {
        "number": "26-0048-2716",
        "words": [text or word for word in ("abandon", "kitchen", "umbrella", "zebra", "lottery")],
        "words_language": "en",
        "link": LINK,
        "find_url": "https://care.example/case",
        "called": text or "Yumiko",
        "shop": text or "重庆洪崖洞纪念品店",
        "filed": "21 November 2026",
    }


def referral_package(text=None, language="ja"):
    day = both("2026年11月21日", "21 November 2026")
    quoted = {"text": text or "値段が違いました。\n返金してほしいです。", "language": language}
    return {
        "number": "26-0048-2716",
        "prepared_at": day,
        "office": both("渝中区服务台", "Yuzhong desk"),
        "officer": text or "王丽",
        "office_contact": text or "023-6300 0000",
        "authority": both("渝中区市场监督管理局", "Yuzhong market regulator"),
        "authority_address": text or "和平路10号",
        "summary": both(text or "退还差价 ¥1,280.50", text or "¥1,280.50 back"),
        "reader_language": both("日语", "日本語"),
        "tourist": [{"label": both("姓名", "Name"), "value": text or "鈴木 裕美子"}],
        "merchant": [{"label": both("名称", "Name"), "value": text or "重庆渝味餐饮管理有限公司"}],
        "claim": [{"label": both("金额", "Amount"), "value": both("¥1,280.50", "CN¥1,280.50")}],
        "facts": [{"label": both("商品", "What"), "value": text or "火锅 🍲"}],
        "narrative": quoted,
        "merchant_answer": {"text": None, "language": "zh_CN"},
        "timeline": [
            {"at": day, "what": both("提交案件", "Filed"), "by": both("游客", "Visitor"), "note": text},
            {"at": day, "what": both("转交商家", "Sent"), "by": both("系统", "System"), "note": day},
        ],
        "offers": [
            {"at": day, "by": both("商家", "Shop"), "status": both("开放", "Open"), "lines": [day], "text": quoted},
            {"at": day, "by": both("游客", "Visitor"), "status": both("诉求", "Claim"), "lines": [day], "text": None},
        ],
        "evidence": [
            {
                "name": text or "收据.jpg", "kind": both("照片", "Photo"), "size": "1.2 MB", "sha256": SUM,
                "given_by": both("游客", "Visitor"), "given_at": day,
            },
            {
                "name": None, "kind": both("照片", "Photo"), "size": "1 kB", "sha256": SUM,
                "given_by": both("商家", "Shop"), "given_at": day,
            },
        ],
        "consents": [
            {"purpose": both("处理", "Handling"), "given_at": day, "version": "2026-10", "withdrawn_at": None},
            {"purpose": both("公开", "Publication"), "given_at": day, "version": "2026-10", "withdrawn_at": day},
        ],
        "authorised_at": day,
        "proxy": {
            "principal": text or "鈴木 裕美子",
            "document_number": text or "TR1234567",
            "agent": both("渝中区服务台", "Yuzhong desk"),
            "matter": both("投诉", "Complaint"),
            "powers": [both("提交材料", "Hand in"), both("接收通知", "Receive notices")],
            "term": both("六个月", "Six months"),
        },
        "history_length": 17,
        "history_head": SUM,
    }  # fmt: skip


def proof_of_refund(text=None):
    package = referral_package(text)
    return {
        "number": package["number"],
        "issued_at": package["prepared_at"],
        "office": package["office"],
        "tourist": text or "鈴木 裕美子",
        "merchant": text or "重庆渝味餐饮管理有限公司",
        "merchant_code": text or "91500103MA5U0ABC1X",
        "purchase": package["facts"] * 6,
        "agreed": [both("退还 ¥1,000.00", "CN¥1,000.00 back"), both("原路退回", "To the card that paid")] * 2,
        "agreed_at": package["prepared_at"],
        "amount": both("¥1,000.00", "CN¥1,000.00"),
        "refund": package["claim"] * 4,
        "confirmed": True,
        "link": LINK,
        "history_head": SUM,
    }


def pledge_poster(text=None, size="a4"):
    return {
        "size": size,
        "shop_zh": text or "锦绣丝绸解放碑店",
        "shop_en": text or "Jinxiu Silk Jiefangbei",
        "promise": text or "15天内无理由退货",
        "promises": [
            {"text": text or "Return within 15 days, without giving a reason.", "language": "en"},
            {"text": text or "15日以内なら理由なく返品できます。", "language": "ja"},
            {"text": text or "يمكنك الإرجاع خلال 15 يومًا دون ذكر سبب.", "language": "ar"},
        ],
        "scans": [{"text": text or "扫码查看完整承诺。", "language": "zh_CN"}],
        "link": LINK,
    }


def hand_over_receipt(text=None):
    """A receipt; with `text` that text stands in every place where people's own words can."""
    said = both("江北机场退货服务台", "Jiangbei Airport return desk")
    return {
        "number": "26-0048-2716",
        "receipt": "26-0048-2716/88",
        "at": both("2026年11月24日 14:20", "24 November 2026 at 14:20"),
        "taken_down": both("2026年11月24日 14:31", "24 November 2026 at 14:31"),
        "place": said,
        "address": both(text or "重庆市渝北区", text or "Yubei District, Chongqing"),
        "shop": text or "锦绣丝绸解放碑店",
        "seal": text or "SEAL-0042",
        "goods": [
            {
                "label": both(text or "Silk scarf", text or "Silk scarf"),
                "value": both("2件，全新", "2 pieces, condition: As new"),
            }
        ],
        "arrived": False,
        "link": LINK,
    }


DOCUMENTS = {
    "case-card": case_card, "referral-package": referral_package, "proof-of-refund": proof_of_refund,
    "pledge-poster": pledge_poster, "hand-over-receipt": hand_over_receipt,
}  # fmt: skip
