"""Addresses of what township and bureau do in cases."""

from django.urls import path

from casework.views import hand_offs, hand_ups

urlpatterns = [
    path("handed-up/", hand_ups.handed_up, name="handed_up"),
    path("hand-offs/", hand_offs.hand_offs, name="hand_offs"),
    path("hand-offs/<int:pk>/", hand_offs.hand_off, name="hand_off"),
    path("hand-offs/<int:pk>/step/", hand_offs.step_hand_off, name="step_hand_off"),
    path("hand-offs/children/<int:pk>/", hand_offs.latest_hand_off, name="latest_hand_off"),
    path("cases/<int:pk>/hand-off/", hand_offs.send_hand_off, name="send_hand_off"),
]
