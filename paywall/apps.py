from django.apps import AppConfig
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete


class PaywallConfig(AppConfig):
    name = "paywall"

    def ready(self) -> None:
        from django.contrib.admin.models import LogEntry

        from paywall.catalog import lowest, pricing, sections
        from paywall.catalog.models import Package, Price, Section
        from paywall.metering import rules
        from paywall.metering.models import MeterRule
        from paywall.sites import keys, stories
        from paywall.sites.models import ApiKey, ApiSite, RegisteredStory
        from paywall.trail.recording import note_admin_change
        from paywall.web import arriving, bounces

        arriving.watch()
        bounces.watch()
        post_save.connect(note_admin_change, sender=LogEntry, dispatch_uid="trail-admin-changes")
        for signal in (post_save, post_delete):
            signal.connect(sections.forget, sender=Section, dispatch_uid="sections-forget")
            for sold in (Package, Price):
                signal.connect(lowest.forget, sender=sold, dispatch_uid="lowest-forget")
            signal.connect(rules.forget, sender=MeterRule, dispatch_uid="rules-forget")
            for sender in (ApiKey, ApiSite):
                signal.connect(keys.forget, sender=sender, dispatch_uid="keys-forget")
            for about in (RegisteredStory, Section):
                signal.connect(stories.forget, sender=about, dispatch_uid="registered-forget")
        m2m_changed.connect(
            lowest.forget, sender=Package.sections.through, dispatch_uid="lowest-forget"
        )
        pre_delete.connect(
            pricing.refuse_to_delete_sold, sender=Price, dispatch_uid="prices-keep-sold"
        )
