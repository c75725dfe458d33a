"""How personal numbers look on screens: 420106********1234, 138****5678 (domain.md §7)."""


def mask_number(number: str) -> str:
    """First six and last four of an identity number, the rest starred; short ones keep their ends only."""
    if len(number) <= 10:
        return number[:1] + "*" * (len(number) - 2) + number[1:][-1:]
    return number[:6] + "*" * (len(number) - 10) + number[-4:]


def mask_mobile(mobile: str) -> str:
    return mobile[:3] + "****" + mobile[-4:] if len(mobile) == 11 else mask_number(mobile)


def mask_name(name: str) -> str:
    """张*, 欧**: its first sign, and a star for each other."""
    return name[:1] + "*" * max(len(name) - 1, 1)


def mask_phone(phone: str) -> str:
    """However it is written: of its digits the first three and the last four, of a short one the last four."""
    places = [at for at, sign in enumerate(phone) if sign.isdigit()]
    kept = {*places[-4:], *(places[:3] if len(places) > 8 else ())}
    return "".join("*" if sign.isdigit() and at not in kept else sign for at, sign in enumerate(phone))
