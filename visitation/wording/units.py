"""How long a text is on a phone network, and how many segments it costs.

3GPP TS 23.038 (the GSM alphabet and UCS-2), TS 23.040 (joined segments).
"""

SEGMENT_UNITS = 70
JOINED_SEGMENT_UNITS = 67
GSM_SEGMENT = 160
GSM_JOINED_SEGMENT = 153
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)


def shorten(value: str, limit: int) -> str:
    """The value, cut to a number of UTF-16 units with an ellipsis."""
    if units(value) <= limit:
        return value
    cut = value
    while units(cut) > limit - 1:
        cut = cut[:-1]
    return cut.rstrip() + "…"


def units(text: str) -> int:
    """The length in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def is_gsm(text: str) -> bool:
    """Whether the text is said in the 7-bit alphabet alone."""
    return all(letter in _GSM for letter in text)


def segments(text: str) -> int:
    """How many segments the text costs: GSM 7-bit where it fits, else UCS-2."""
    length, single, joined = (
        (len(text), GSM_SEGMENT, GSM_JOINED_SEGMENT)
        if is_gsm(text)
        else (units(text), SEGMENT_UNITS, JOINED_SEGMENT_UNITS)
    )
    return 1 if length <= single else -(-length // joined)
