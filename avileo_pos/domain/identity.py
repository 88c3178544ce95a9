"""How people and businesses are told apart: DNI, mobile, RUC, and names as they are searched."""

import re
import unicodedata

from avileo_pos.domain.errors import BusinessRuleBroken

_DNI = re.compile(r"[0-9]{8}")
_MOBILE = re.compile(r"9[0-9]{8}")
_RUC = re.compile(r"[0-9]{11}")
_BETWEEN_DIGITS = re.compile(r"[\s.()-]")
_RUC_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def normal_dni(text: str) -> str:
    """The 8 digits of a DNI. Raises BusinessRuleBroken: not_a_dni (text)."""
    digits = _BETWEEN_DIGITS.sub("", text)
    if not _DNI.fullmatch(digits):
        raise BusinessRuleBroken("not_a_dni", text=text)
    return digits


def normal_mobile(text: str) -> str:
    """The 9 digits of a Peruvian mobile, without +51. Raises BusinessRuleBroken: not_a_mobile (text)."""
    digits = _BETWEEN_DIGITS.sub("", text).removeprefix("+")
    national = digits.removeprefix("51") if len(digits) == 11 else digits
    if not _MOBILE.fullmatch(national):
        raise BusinessRuleBroken("not_a_mobile", text=text)
    return national


def is_ruc(text: str) -> bool:
    """Whether 11 digits end in SUNAT's check digit (modulus 11)."""
    if not _RUC.fullmatch(text):
        return False
    weighted = sum(int(digit) * weight for digit, weight in zip(text, _RUC_WEIGHTS, strict=False))
    return (11 - weighted % 11) % 10 == int(text[-1])


def folded(text: str) -> str:
    """Lower case without accents, for search: «Ñandú» is found as «nandu»."""
    letters = unicodedata.normalize("NFKD", text.lower())
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).lower()
