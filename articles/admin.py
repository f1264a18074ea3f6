"""Where the newsroom keeps its stories."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.paginator import InfinitePaginator
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminURLInputWidget

from articles.models import Article
from articles.writing import write
from paywall import clock
from paywall.catalog.story import ACCESS_CHOICES


class ArticleForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """A story with its text, which is kept apart from the rest."""

    text = forms.CharField(
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 24}),
        required=False,
        help_text="HTML. What could run or track is taken out when you save.",
    )

    picture_address = forms.URLField(
        required=False,
        max_length=500,
        assume_scheme="https",
        widget=UnfoldAdminURLInputWidget(),
        help_text="Where an imported picture is, unless one is uploaded here.",
    )

    class Meta:
        model = Article
        fields = (
            "headline",
            "slug",
            "standfirst",
            "byline",
            "section",
            "genre",
            "access",
            "free_until",
            "picture",
            "picture_address",
            "picture_alt",
            "picture_caption",
            "picture_credit",
            "published_at",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and hasattr(self.instance, "body"):
            self.initial["text"] = self.instance.body.html


@admin.register(Article)
class ArticleAdmin(ModelAdmin):
    form = ArticleForm
    add_words = "Add story"
    list_display = ("headline", "section", "genre", "opens_to", "published_at")
    list_filter = ("section", "genre", "access")
    list_select_related = ("section",)
    search_fields = ("headline", "slug")
    prepopulated_fields: ClassVar = {"slug": ("headline",)}
    readonly_fields = ("source", "updated_at")
    # As the paywall's long lists: nothing is counted, and the order is the index's.
    paginator = InfinitePaginator
    show_full_result_count = False
    list_per_page = 50
    sortable_by = ()

    @admin.display(description="access")
    def opens_to(self, article: Article) -> str:
        """Say who the story is for now: where it names nobody, its genre or section does."""
        return dict(ACCESS_CHOICES)[article.as_story(now=clock.now()).access.value]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"published_at": clock.now(), **super().get_changeform_initial_data(request)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Article]:
        articles: QuerySet[Article] = super().get_queryset(request)
        return articles.defer("opening")

    def save_model(
        self, request: HttpRequest, obj: Article, form: ArticleForm, change: bool
    ) -> None:
        obj.edited_at = obj.updated_at = clock.now()
        if not change:
            obj.updated_at = obj.published_at
        write(obj, form.cleaned_data["text"])
