"""Rule sets, runs, obligations, acts, cases, early signs, closed days, what time brought about, and what is sent out of
the site."""

from casework.models.acts import ConcernReport, Contact, Report
from casework.models.bureau import Closing, LegalStep
from casework.models.cases import Case, CaseEvent
from casework.models.channels import Channel, ChannelKind, OwnDigest
from casework.models.closes import DailyAmendment, DailyClose
from casework.models.contact_drafts import ContactDraft, ContactPhoto
from casework.models.deliveries import Delivery, DeliveryTry
from casework.models.documents import Document, DocumentStep, IssuedPaper, LetterDelivery, SignedCopy
from casework.models.drafts import DocumentDraft
from casework.models.hand_offs import HandOff
from casework.models.hand_ups import HandUp
from casework.models.obligations import AbsenceRun, Obligation
from casework.models.rules import RuleAdoption, RuleProposal, StoredRuleSet
from casework.models.signs import EarlySign, SignComputation, SignDismissal
from casework.models.ticks import Tick
from casework.models.trips import JointTrip, TripChild
from casework.models.visits import VisitCheck, VisitPlan
from casework.models.watches import Watch, WatchEvent

__all__ = [
    "AbsenceRun",
    "Case",
    "CaseEvent",
    "Channel",
    "ChannelKind",
    "Closing",
    "ConcernReport",
    "Contact",
    "ContactDraft",
    "ContactPhoto",
    "DailyAmendment",
    "DailyClose",
    "Delivery",
    "DeliveryTry",
    "Document",
    "DocumentDraft",
    "DocumentStep",
    "EarlySign",
    "HandOff",
    "HandUp",
    "IssuedPaper",
    "JointTrip",
    "LegalStep",
    "LetterDelivery",
    "Obligation",
    "OwnDigest",
    "Report",
    "RuleAdoption",
    "RuleProposal",
    "SignComputation",
    "SignDismissal",
    "SignedCopy",
    "StoredRuleSet",
    "Tick",
    "TripChild",
    "VisitCheck",
    "VisitPlan",
    "Watch",
    "WatchEvent",
]
