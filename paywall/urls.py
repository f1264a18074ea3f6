"""The addresses of the paywall's own pages."""

from django.urls import path

from paywall.web import letters, views, webhooks

urlpatterns = [
    path("subscribe/", views.show_packages, name="subscribe"),
    path("activate/", views.show_activation, name="activate"),
    path("account/", views.show_account, name="account"),
    path("webhooks/stripe/", webhooks.receive_from_stripe, name="stripe_webhook"),
    path("account/letters/", letters.choose_letters, name="choose_letters"),
    path("letters/stop/<str:token>/", letters.stop_letters, name="stop_letters"),
]
