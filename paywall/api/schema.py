"""How the schema describes what every address has in common."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from paywall.api.answers import ProblemAnswer
from paywall.api.examples import EXAMPLES
from paywall.api.problems import MEDIA_TYPE

STORY_KEY = OpenApiParameter(
    "story_key",
    {"type": "string", "pattern": r"^[A-Za-z0-9._:~-]{1,200}$"},
    OpenApiParameter.PATH,
    description="What names the story for ever, in your words: letters, digits and . _ : ~ -",
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "pattern": r"^[\x21-\x7e]{1,200}$"},
    OpenApiParameter.HEADER,
    description="Say it again to be answered alike for 24 hours, and to spend once.",
)
RETRY_AFTER = OpenApiParameter(
    "Retry-After",
    OpenApiTypes.INT,
    OpenApiParameter.HEADER,
    response=[429, 503],
    description="Seconds to wait.",
)
PROBLEMS = {
    400: "The request could not be read.",
    401: "It is not clear who asks.",
    403: "Not allowed, or not proved: the detail says why.",
    404: "No such story, reader or price.",
    405: "Not a method of this address.",
    406: "Only JSON is spoken.",
    413: "More than 64 KiB.",
    415: "Send JSON.",
    422: "A field is not right: `errors` names each.",
    429: "Too often: wait for as long as Retry-After says.",
}
MORE_PROBLEMS = {
    "register_story": {409: "The key is another site’s."},
    "checkout": {409: "What stands in the way.", 503: "The payment service does not answer."},
}
WITH_BODY = (400, 413, 415)


class Schema(AutoSchema):
    """Adds to every operation its problems and its examples."""

    def get_operation_id(self) -> str:
        return str(super().get_operation_id())

    def get_override_parameters(self) -> list[Any]:
        return [*super().get_override_parameters(), RETRY_AFTER]

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        problems = PROBLEMS | MORE_PROBLEMS.get(self.get_operation_id(), {})
        for status, text in sorted(problems.items()):
            if status in WITH_BODY and self.method == "GET":
                continue
            response = OpenApiResponse(ProblemAnswer, description=text)
            bodies[str(status)] = self._get_response_for_code(  # type: ignore[no-untyped-call]
                response, str(status), [MEDIA_TYPE], direction
            )
        return dict(sorted(bodies.items()))

    def get_examples(self) -> list[OpenApiExample]:
        found = []
        for example in EXAMPLES:
            if example.operation != self.get_operation_id():
                continue
            if example.body is not None:
                found.append(OpenApiExample(example.name, value=example.body, request_only=True))
            if not example.answer:
                continue
            found.append(
                OpenApiExample(
                    example.name,
                    value=example.answer,
                    response_only=True,
                    status_codes=[str(example.status)],
                    media_type=MEDIA_TYPE if example.status >= 400 else "application/json",
                )
            )
        return found
