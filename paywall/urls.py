"""The addresses of the paywall's own pages."""

from django.urls import path

from paywall.web import checkout, views, webhooks

urlpatterns = [
    path("subscribe/", views.show_packages, name="subscribe"),
    path("activate/", views.show_activation, name="activate"),
    path("account/", views.show_account, name="account"),
    path("subscribe/welcome/", checkout.welcome, name="welcome"),
    path("subscribe/<uuid:price_id>/", checkout.choose, name="choose"),
    path("webhooks/stripe/", webhooks.receive_from_stripe, name="stripe_webhook"),
]
