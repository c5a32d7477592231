"""What the law's rules, our service standards and the instruments behind them are called, in the reader's language.

The English words are those of the seed files; a test says so. What has no entry here is shown in English or Chinese as its row
has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from disputes.wording import lazy_gettext as _l

# fmt: off
TITLES: Mapping[str, Any] = {
    "R-ADV-CD": _l("Chengdu tourism integrity fund pays in advance"),
    "R-CONFIRM": _l("Joint request to the court to confirm a mediation agreement"),
    "R-DATA-FILE": _l("Keeping the file of a closed case"),
    "R-DATA-FILE-ID": _l("Keeping identity images of a closed case"),
    "R-DATA-GDPR": _l("Answer to a person who asks for their data"),
    "R-LIMIT-3Y": _l("Limitation of civil claims"),
    "R-ODR-10": _l("Merchant in the 12315 ODR system negotiates"),
    "R-QUAL-6M": _l("Merchant carries the burden of proof for faults of durable goods"),
    "R-QUAL-7": _l("Return of goods that are not up to quality"),
    "R-QUAL-BAN": _l("Taking back goods that the authority found substandard"),
    "R-REP-CHECK": _l("Market regulator checks a report"),
    "R-RET-OFF-MIN7": _l("Least window of a store's return promise"),
    "R-RET-OFF-PAY": _l("Refund of a store return where the promise names no time"),
    "R-RET-ON-7": _l("Return without reason of a distance purchase"),
    "R-RET-REFUND-7": _l("Price back after a return"),
    "R-SAMR-ACCEPT": _l("Market regulator decides on acceptance and tells the complainant"),
    "R-SAMR-DISPUTE": _l("Two bureaus disagree on competence"),
    "R-SAMR-DISTRIB": _l("Passing a complaint to the competent bureau"),
    "R-SAMR-ENDNOTE": _l("Market regulator tells both sides that mediation ended"),
    "R-SAMR-LEAD": _l("Market regulator checks a breach noticed during mediation"),
    "R-SAMR-LIMIT": _l("Last day for a complaint to the market regulator"),
    "R-SAMR-MEDIATE": _l("Market regulator's mediation ends"),
    "R-SMALL": _l("Court decides a small claim"),
    "R-STALL-15": _l("Refusing or delaying a lawful demand becomes stalling"),
    "R-STAY-240": _l("Visa-free transit"),
    "R-STAY-UNI": _l("One-sided visa exemption"),
    "R-TAX-183": _l("Purchase for the tax refund"),
    "R-TAX-28": _l("Promised departure after a refund upon purchase"),
    "R-TAX-90": _l("Departure for the tax refund"),
    "R-TAX-STAY-183": _l("Longest stay of a traveller who gets tax refunds"),
    "R-TOUR-ACCEPT": _l("Tourism complaint body decides on acceptance"),
    "R-TOUR-DONE": _l("Tourism complaint body concludes"),
    "R-TOUR-LIMIT": _l("Last day for a tourism complaint"),
    "R-TOUR-REPLY": _l("Tourism operator answers the complaint"),
    "R-TOUR-SHOP30": _l("Return through the travel agency of goods bought on an arranged visit"),
    "R-XB-MACAO": _l("Forwarding between the Chongqing and Macao consumer councils"),
    "S-SHOP-ANSWER": _l("The shop answers the claim"),
    "S-SHOP-PROPOSAL": _l("The shop answers the mediator's proposal"),
    "S-OFFICER-FIRST": _l("An officer first acts"),
    "S-DECISION": _l("The officer decides after stepping in"),
    "S-TOURIST-REPLY": _l("The tourist answers an offer"),
    "S-TOURIST-PROPOSAL": _l("The tourist answers the mediator's proposal"),
    "S-TOURIST-ANSWER": _l("The tourist answers a question of ours"),
    "S-PERFORMANCE": _l("The settlement is carried out"),
    "S-CONFIRM": _l("The tourist confirms that it arrived"),
    "S-SUPERVISOR": _l("The supervisor attends to it"),
    "S-REFERRAL": _l("The officer hands the case over to the authority"),
    "S-FOLLOW-UP": _l("The officer asks the authority how it stands"),
    "S-CHASE": _l("The officer asks about a period of the authority that is over"),
    "S-RETURN-ANSWER": _l("The shop answers a return"),
    "S-HAND-OVER": _l("The tourist hands the goods over"),
    "S-ON-THE-WAY": _l("The goods reach the shop"),
    "S-INSPECTION": _l("The shop looks at the goods"),
    "S-REFUND": _l("The shop pays the refund"),
    "S-TRANSFER": _l("Another office answers a transfer"),
}

INSTRUMENTS: Mapping[str, Any] = {
    "CPL": _l("Consumer Protection Law"),
    "CPR": _l("Implementing Regulations of the Consumer Protection Law"),
    "MCR": _l("Measures for Handling Complaints and Reports"),
    "MCR-2019": _l("Interim Measures for Handling Complaints and Reports"),
    "TCM": _l("Measures for Handling Tourism Complaints"),
    "TCM-2010": _l("Measures for Handling Tourism Complaints (2010)"),
    "TL": _l("Tourism Law"),
    "PEN": _l("Measures on Penalties for Infringing Consumer Rights"),
    "CYG": _l("Sichuan-Chongqing guidelines on cross-region no-reason return in physical stores"),
    "CC": _l("Civil Code"),
    "CIVPL": _l("Civil Procedure Law"),
    "DTR": _l("Measures on departure tax refund"),
    "ODR": _l("Rules of the national 12315 platform on online dispute resolution"),
    "STAY": _l("Visa-free transit and visa exemption policies"),
    "XB-MACAO": _l("Chongqing-Macao agreement of the consumer councils"),
    "ADV-CD": _l("Chengdu tourism integrity fund"),
    "GDPR": _l("General Data Protection Regulation of the European Union"),
    "OWN": _l("The operator's own choice"),
}
# fmt: on
