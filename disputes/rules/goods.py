"""What kind of goods came home in the bag: the classes of the exclusion table, which promises and returns share."""

from __future__ import annotations

from enum import StrEnum


class GoodsClass(StrEnum):
    """The classes of rule book section 6c. What may happen to any goods (made to order, marked flawed) is a fact of the item."""

    ORDINARY = "ordinary"  # clothing, crafts, porcelain, toys: whatever no other class names
    PERISHABLE = "perishable"  # fresh, chilled, live
    MEDIA = "media"  # software, audio, video, digital codes, downloads
    PERIODICALS = "periodicals"  # newspapers, magazines
    FOOD = "food"  # food, tea, liquor, health products that keep
    HYGIENE = "hygiene"  # cosmetics, underwear, swimwear
    MEDICAL = "medical"  # medicines, medical devices
    PRECIOUS = "precious"  # gold, gems, jade, watches, luxury, collectables
    ELECTRONICS = "electronics"
    TOBACCO = "tobacco"
    VOUCHERS = "vouchers"  # stored-value cards, tickets
    SERVICES = "services"
