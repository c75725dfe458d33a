from applications.models.hosts import (
    HostAdmission,
    HostAdmissionHandling,
    HostAdmissionRevision,
    HostAdmissionStep,
)
from applications.models.matches import Match
from applications.models.needs import Need, NeedForm, NeedHandling, NeedRevision, NeedStep
from applications.models.posts import Post
from applications.models.sealed import SealedSheet, SealedSheetHandling, SealedSheetRevision, SealedSheetStep
from applications.models.selection import (
    Application,
    ApplicationHandling,
    ApplicationRevision,
    ApplicationScan,
    ApplicationStep,
    Batch,
    Participant,
)
from applications.models.sheets import PersonalForm, TeamForm
from applications.models.teams import Membership, Team
from applications.models.units import (
    UnitAdmission,
    UnitAdmissionHandling,
    UnitAdmissionRevision,
    UnitAdmissionScan,
    UnitAdmissionStep,
)

__all__ = [
    "Application", "ApplicationHandling", "ApplicationRevision", "ApplicationScan", "ApplicationStep", "Batch",
    "HostAdmission", "HostAdmissionHandling", "HostAdmissionRevision", "HostAdmissionStep", "Match", "Membership",
    "Need", "NeedForm", "NeedHandling", "NeedRevision", "NeedStep", "Participant", "PersonalForm", "Post",
    "SealedSheet", "SealedSheetHandling", "SealedSheetRevision", "SealedSheetStep", "Team", "TeamForm",
    "UnitAdmission", "UnitAdmissionHandling", "UnitAdmissionRevision", "UnitAdmissionScan", "UnitAdmissionStep",
]  # fmt: skip
