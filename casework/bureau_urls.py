"""Addresses of what township and bureau do in cases."""

from django.urls import path

from casework.views import desk, funnel, hand_offs, hand_ups, legal_steps, trips

urlpatterns = [
    path("handed-up/", hand_ups.handed_up, name="handed_up"),
    path("hand-offs/", hand_offs.hand_offs, name="hand_offs"),
    path("hand-offs/<int:pk>/", hand_offs.hand_off, name="hand_off"),
    path("hand-offs/<int:pk>/step/", hand_offs.step_hand_off, name="step_hand_off"),
    path("hand-offs/children/<int:pk>/", hand_offs.latest_hand_off, name="latest_hand_off"),
    path("cases/<int:pk>/hand-off/", hand_offs.send_hand_off, name="send_hand_off"),
    path("bureau/cases/", desk.desk, name="desk"),
    path("cases/<int:pk>/confirm-return/", desk.confirm_return, name="confirm_return"),
    path("cases/<int:pk>/propose-closing/", desk.propose_closing, name="propose_closing"),
    path("closings/<int:pk>/", desk.closing, name="closing"),
    path("closings/children/<int:pk>/", desk.latest_closing, name="latest_closing"),
    path("cases/<int:pk>/legal-steps/", legal_steps.legal_steps, name="legal_steps"),
    path("legal-steps/<int:pk>/cancel/", legal_steps.cancel_legal_step, name="cancel_legal_step"),
    path("trips/", trips.trips, name="trips"),
    path("trips/new/", trips.new_trip, name="new_trip"),
    path("trips/<int:pk>/", trips.trip, name="trip"),
    path("trips/<int:pk>/list/", trips.trip_list, name="trip_list"),
    path("trips/<int:pk>/cancel/", trips.cancel_trip, name="cancel_trip"),
    path("trips/children/<int:pk>/", trips.trip_result, name="trip_result"),
    path("trips/children/<int:pk>/left-out/", trips.left_out, name="trip_left_out"),
    path("funnel/", funnel.funnel, name="funnel"),
    path("funnel/cases/<slug:step>/", funnel.funnel_cases, name="funnel_cases"),
]
