"""The addresses of the paywall's own pages."""

from django.urls import path

from paywall.staff import dashboard
from paywall.web import (
    activation,
    billing,
    cancelling,
    checkout,
    closing,
    data,
    letters,
    seats,
    sites,
    switching,
    views,
    webhooks,
)

urlpatterns = [
    path("subscribe/", views.show_packages, name="subscribe"),
    path("activate/", activation.turn_on, name="activate"),
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
    path("account/data/", data.download, name="account_data"),
    path("account/sites/<int:site_id>/", sites.leave, name="account_site"),
    path("account/closed/", closing.closed, name="account_closed"),
    path("webhooks/stripe/", webhooks.receive_from_stripe, name="stripe_webhook"),
    path("admin/reports/<slug:name>.csv", dashboard.export_report, name="report"),
    path("account/letters/", letters.choose_letters, name="choose_letters"),
    path("letters/stop/<str:token>/", letters.stop_letters, name="stop_letters"),
    # Print subscribers
    path("activate/address/", activation.turn_on_by_address, name="activate_by_address"),
    path("activate/not-found/", activation.show_refused, name="activate_refused"),
    path("activate/check/", activation.check_for_me, name="activate_check"),
    path("activate/checking/", activation.show_checking, name="activate_checking"),
    path("activate/invitation/<str:secret>/", seats.answer_invitation, name="print_invitation"),
    path("account/print/<int:account_id>/invite/", seats.invite, name="print_invite"),
    path("account/print/seats/<int:activation_id>/approve/", seats.approve, name="print_approve"),
    path(
        "account/print/seats/<int:activation_id>/withdraw/", seats.withdraw, name="print_withdraw"
    ),
    path(
        "account/print/invitations/<int:invitation_id>/take-back/",
        seats.take_back,
        name="print_take_back",
    ),
]
