"""Two at one row: what a database says when one of them has waited for too long."""

BUSY = "他人正在办理这条记录，请稍后再试。"
_CODES = {"55P03", "40P01"}  # PostgreSQL: lock_not_available, deadlock_detected; its words depend on its language


def is_busy(error: BaseException | None) -> bool:
    """Whether the row only has to come free; anything else is a fault of the database."""
    return getattr(error.__cause__, "pgcode", "") in _CODES or " is locked" in str(error) if error else False
