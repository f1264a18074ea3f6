"""The addresses of the paywall's own pages."""

from django.urls import path

from paywall.web import (
    billing,
    cancelling,
    checkout,
    closing,
    letters,
    switching,
    views,
    webhooks,
)

urlpatterns = [
    path("subscribe/", views.show_packages, name="subscribe"),
    path("activate/", views.show_activation, name="activate"),
    path("account/", views.show_account, name="account"),
    path("subscribe/welcome/", checkout.welcome, name="welcome"),
    path("subscribe/<uuid:price_id>/", checkout.choose, name="choose"),
    path("account/switch/", switching.show_switches, name="account_switches"),
    path("account/switch/off/", switching.call_off, name="account_switch_off"),
    path("account/switch/<uuid:price_id>/", switching.switch, name="account_switch"),
    path("account/cancel/", cancelling.cancel, name="account_cancel"),
    path("account/resume/", cancelling.resume, name="account_resume"),
    path("account/card/", billing.change_card, name="account_card"),
    path("account/card/done/", billing.card_changed, name="account_card_done"),
    path("account/paid/", billing.look_again, name="account_paid"),
    path("account/close/", closing.close, name="account_close"),
    path("account/closed/", closing.closed, name="account_closed"),
    path("webhooks/stripe/", webhooks.receive_from_stripe, name="stripe_webhook"),
    path("account/letters/", letters.choose_letters, name="choose_letters"),
    path("letters/stop/<str:token>/", letters.stop_letters, name="stop_letters"),
]
