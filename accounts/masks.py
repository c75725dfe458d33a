"""How personal numbers look on screens: 420106********1234, 138****5678 (domain.md §7)."""

import re

# Surnames of two signs; not those that are as often a surname and the beginning of a given name
COMPOUND = re.compile(
    "欧阳|司马|诸葛|上官|司徒|夏侯|东方|皇甫|尉迟|公孙|慕容|令狐|宇文|长孙|司空|鲜于|闾丘|钟离|申屠|公冶|端木|轩辕|南宫"
    "|西门|呼延|淳于|澹台|濮阳|太史|独孤|赫连|拓跋|万俟|东郭|仲孙|公羊"
)


def mask_number(number: str) -> str:
    """First six and last four of an identity number, the rest starred; short ones keep their ends only."""
    if len(number) <= 10:
        return number[:1] + "*" * (len(number) - 2) + number[1:][-1:]
    return number[:6] + "*" * (len(number) - 10) + number[-4:]


def mask_mobile(mobile: str) -> str:
    return mobile[:3] + "****" + mobile[-4:] if len(mobile) == 11 else mask_number(mobile)


def mask_name(name: str) -> str:
    """张*, 欧阳**: the surname, and a star for each other sign."""
    shown = 2 if len(name) > 2 and COMPOUND.match(name) else 1
    return name[:shown] + "*" * max(len(name) - shown, 1)


def mask_phone(phone: str) -> str:
    """However it is written: of its digits the first three and the last four, of a short one the last four."""
    places = [at for at, sign in enumerate(phone) if sign.isdigit()]
    kept = {*places[-4:], *(places[:3] if len(places) > 8 else ())}
    return "".join("*" if sign.isdigit() and at not in kept else sign for at, sign in enumerate(phone))
