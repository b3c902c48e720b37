"""Addresses of spot checks and inspections."""

app_name = "inspections"
urlpatterns = []
