"""Documents on paper and as PDF: the case card, the referral package, the proof of refund."""
