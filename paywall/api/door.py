"""What the views of the API have in common."""

from typing import Any, ClassVar

from rest_framework.exceptions import NotAuthenticated, ValidationError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Reader
from paywall.sites.models import ApiKey, Scope

NOT_HERE = "Nothing is sent in the address here: send it in the body."


class Door(APIView):
    """A view that says which scope a key needs for each method. Nobody keeps its answers."""

    scopes: ClassVar[dict[str, Scope]] = {}

    def require_somebody(self, request: Request) -> None:
        """Raise NotAuthenticated for strangers: who is known is told what is not theirs."""
        if not isinstance(request.auth, ApiKey) and not isinstance(request.user, Reader):
            raise NotAuthenticated

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse fields in the address where the body has them, besides what DRF does first."""
        super().initial(request, *args, **kwargs)
        if request.method not in SAFE_METHODS:
            wrong = {name: [NOT_HERE] for name in request.query_params}
            if wrong:
                raise ValidationError(wrong)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Response:
        done: Response = super().finalize_response(request, response, *args, **kwargs)
        done["Cache-Control"] = "private, no-store"
        return done
