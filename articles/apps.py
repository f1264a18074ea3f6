from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save


class ArticlesConfig(AppConfig):
    name = "articles"
    verbose_name = "Stories"

    def ready(self) -> None:
        from articles import stories
        from articles.models import Article, ArticleBody
        from paywall.catalog.models import Section

        for signal in (post_save, post_delete):
            signal.connect(stories.forget_section, sender=Section, dispatch_uid="section-forget")
            signal.connect(stories.forget, sender=Article, dispatch_uid="stories-forget")
            signal.connect(stories.forget, sender=ArticleBody, dispatch_uid="texts-forget")
