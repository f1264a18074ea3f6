"""The addresses of the paywall's own pages."""

from django.urls import path

from paywall.web import views, webhooks

urlpatterns = [
    path("subscribe/", views.show_packages, name="subscribe"),
    path("activate/", views.show_activation, name="activate"),
    path("account/", views.show_account, name="account"),
    path("webhooks/stripe/", webhooks.receive_from_stripe, name="stripe_webhook"),
]
