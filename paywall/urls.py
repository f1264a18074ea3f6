"""The addresses of the paywall's own pages."""

from django.urls import path

from paywall.web import views

urlpatterns = [
    path("subscribe/", views.show_packages, name="subscribe"),
    path("activate/", views.show_activation, name="activate"),
    path("account/", views.show_account, name="account"),
]
