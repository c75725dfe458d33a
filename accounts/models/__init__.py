from accounts.models.inbox import Notice
from accounts.models.offices import Appointment, Organisation
from accounts.models.people import Profile, User, Users
from accounts.models.reference import Parameter, Region, SpecialDays, Term, term_field, today_within
from accounts.models.trail import AuditChain, AuditEntry, Tally

__all__ = [
    "Appointment", "AuditChain", "AuditEntry", "Notice", "Organisation", "Parameter", "Profile", "Region",
    "SpecialDays", "Tally", "Term", "User", "Users", "term_field", "today_within",
]  # fmt: skip
