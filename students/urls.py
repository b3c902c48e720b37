"""Addresses of the students app."""

from datetime import date

from django.urls import path, register_converter

from students.days import Slot
from students.views import (
    accounts,
    attendance,
    calendar,
    campaigns,
    certificates,
    changes,
    child,
    comparisons,
    components,
    counts,
    hand_over,
    policy,
    register_board,
    registers,
    registry,
    residents,
    suspensions,
    transfers,
    unaccounted,
    year_turn,
)


class DayConverter:
    """A day in an address: 2026-09-07. Centuries without a school are no addresses."""

    regex = "(?:19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)  # a day that does not exist raises ValueError: 404

    def to_url(self, value: date) -> str:
        return value.isoformat()


class SlotConverter:
    """A slot in an address: its code."""

    regex = "|".join(Slot)

    def to_python(self, value: str) -> Slot:
        return Slot(value)

    def to_url(self, value: str) -> str:
        return str(value)


register_converter(DayConverter, "day")
register_converter(SlotConverter, "slot")

app_name = "students"
urlpatterns = [
    path("login/", accounts.log_in, name="log_in"),
    path("logout/", accounts.log_out, name="log_out"),
    path("password/", accounts.change_password, name="change_password"),
    path("people/", accounts.people, name="people"),
    path("people/<int:pk>/reset/", accounts.reset_password, name="reset_password"),
    path("people/<int:pk>/leave/", accounts.end_postings, name="end_postings"),
    path("register/<int:school_class>/<day:day>/<slot:slot>/", registers.register, name="register"),
    path("register/<int:pk>/history/", registers.history, name="register_history"),
    path("register/<int:pk>/take-back/<int:version>/", registers.take_back, name="take_back"),
    path("registers/", register_board.register_board, name="register_board"),
    path("registers/schools/<int:pk>/", register_board.school_registers, name="school_registers"),
    path("registers/schools/<int:pk>/remind/", register_board.remind_school, name="remind_school"),
    path("registers/classes/<int:pk>/remind/", register_board.remind_class, name="remind_class"),
    path("students/<int:pk>/identity/", child.edit_identity, name="identity"),
    path("students/<int:pk>/number/", child.change_number, name="student_number"),
    path("students/<int:pk>/family/add/", child.add_member, name="add_member"),
    path("students/<int:pk>/family/<int:member>/", child.edit_member, name="edit_member"),
    path("students/<int:pk>/family/<int:member>/remove/", child.remove_member, name="remove_member"),
    path("students/<int:pk>/family/<int:member>/phone/", child.phone_state, name="phone_state"),
    path("students/<int:pk>/family/<int:member>/dial/", child.dial, name="dial"),
    path("students/<int:pk>/groups/add/", child.add_group, name="add_group"),
    path("students/<int:pk>/groups/<int:group>/end/", child.end_group, name="end_group"),
    path("residents/", residents.residents, name="residents"),
    path("residents/<int:pk>/", residents.resident, name="resident"),
    path("residents/<int:pk>/undo/", residents.undo_match, name="undo_match"),
    path("residents/matches/", residents.matches, name="matches"),
    path("residents/matches/<int:pk>/confirm/", residents.confirm_match, name="confirm_match"),
    path("residents/matches/<int:pk>/refuse/", residents.refuse_match, name="refuse_match"),
    path("residents/refused/<int:pk>/undo/", residents.undo_refusal, name="undo_refusal"),
    path("campaigns/", campaigns.campaigns, name="campaigns"),
    path("campaigns/<int:pk>/", campaigns.campaign, name="campaign"),
    path("campaigns/<int:pk>/children/", campaigns.findings, name="findings"),
    path("campaigns/<int:pk>/walk/", campaigns.walk_list, name="walk_list"),
    path("campaigns/<int:pk>/close/", campaigns.close_campaign, name="close_campaign"),
    path("campaigns/<int:pk>/villages/<int:village>/", campaigns.assign_village, name="assign_village"),
    path("findings/<int:pk>/", campaigns.finding, name="finding"),
    path("findings/<int:pk>/dial/", campaigns.dial_finding, name="dial_finding"),
    path("findings/<int:pk>/assign/", campaigns.assign_finding, name="assign_finding"),
    path("findings/proofs/<int:pk>/", campaigns.finding_proof, name="finding_proof"),
    path("year-turn/", year_turn.year_turns, name="year_turns"),
    path("year-turn/<int:pk>/preview/", year_turn.year_turn_preview, name="year_turn_preview"),
    path("year-turn/<int:pk>/carry-out/", year_turn.carry_out, name="carry_out_year_turn"),
    path("year-turn/<int:pk>/take-back/", year_turn.take_back_year_turn, name="take_back_year_turn"),
    path("year-turn/<int:pk>/confirm/", year_turn.confirm_year_turn, name="confirm_year_turn"),
    path("year-turn/<int:pk>/children/", year_turn.year_turn_children, name="year_turn_children"),
    path("year-turn/<int:pk>/children/<int:student>/", year_turn.year_turn_child, name="year_turn_child"),
    path("schools/<int:school>/year-turn/<int:school_year>/", year_turn.year_turn, name="year_turn"),
    path("schools/<int:school>/classes/<int:cohort>/", hand_over.new_classes, name="new_classes"),
    path("hand-overs/", hand_over.hand_overs, name="hand_overs"),
    path("hand-overs/expected/", hand_over.expected_children, name="expected_children"),
    path("hand-overs/not-arrived/", hand_over.not_arrived, name="not_arrived"),
    path("hand-overs/<int:pk>/", hand_over.hand_over, name="hand_over"),
    path("hand-overs/<int:pk>/withdraw/", hand_over.withdraw_hand_over, name="withdraw_hand_over"),
    path("hand-overs/children/<int:pk>/", hand_over.hand_over_child, name="hand_over_child"),
    path("hand-overs/children/<int:pk>/undo/", hand_over.undo_arrival, name="undo_arrival"),
    path("students/new/", changes.new_child, name="new_child"),
    path("students/<int:pk>/changes/", changes.changes_of, name="changes_of"),
    path("students/<int:pk>/changes/<str:kind>/", changes.record_change, name="record_change"),
    path("students/<int:pk>/suspension/", suspensions.ask, name="ask_suspension"),
    path("changes/<int:pk>/correct/", changes.correct_change, name="correct_change"),
    path("changes/<int:pk>/certificate/", certificates.hand_in, name="hand_in"),
    path("changes/<int:pk>/offer/", transfers.offer, name="offer_transfer"),
    path("certificates/<int:pk>/", certificates.certificate, name="certificate"),
    path("certificates/<int:pk>/take-back/", certificates.take_back, name="take_back_certificate"),
    path("transfers/", transfers.transfer_list, name="transfers"),
    path("transfers/<int:pk>/", transfers.transfer, name="transfer"),
    path("suspensions/", suspensions.suspension_list, name="suspensions"),
    path("suspensions/<int:pk>/", suspensions.suspension, name="suspension"),
    path("unaccounted/", unaccounted.unaccounted, name="unaccounted"),
    path("policy/", policy.policy, name="policy"),
    path("opening/<int:term>/students/<int:pk>/", counts.opening_absence, name="opening_absence"),
    path("head-counts/", counts.head_counts, name="head_counts"),
    path("head-counts/<int:pk>/", counts.head_count, name="head_count"),
    path("head-counts/classes/<int:pk>/", counts.count_class, name="count_class"),
    path("comparisons/", comparisons.comparisons, name="comparisons"),
    path("comparisons/<int:pk>/", comparisons.comparison, name="comparison"),
    path("comparisons/differences/<int:pk>/", comparisons.difference, name="difference"),
    path("registry/", registry.registry, name="registry"),
    path("attendance/", attendance.attendance, name="attendance"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/county/", calendar.county_calendar, name="county_calendar"),
    path("calendar/schools/<int:pk>/", calendar.school_calendar, name="school_calendar"),
    path("calendar/classes/<int:pk>/", calendar.class_calendar, name="class_calendar"),
    path("components/", components.components, name="components"),
]
