"""What the browser itself offers for days and moments, in the look of the admin."""

from datetime import datetime
from typing import Any

from django.utils.timezone import is_aware, localtime
from unfold.widgets import UnfoldAdminTextInputWidget

MOMENT = "%Y-%m-%dT%H:%M"
MOMENTS = [MOMENT, f"{MOMENT}:%S"]  # browsers add seconds as they like


class DayWidget(UnfoldAdminTextInputWidget):
    """A day, chosen from the browser's calendar."""

    input_type = "date"


class MomentWidget(UnfoldAdminTextInputWidget):
    """A moment in the newspaper's zone, to the minute; its field takes the formats MOMENTS."""

    input_type = "datetime-local"

    def format_value(self, value: Any) -> Any:
        if isinstance(value, datetime):
            return (localtime(value) if is_aware(value) else value).strftime(MOMENT)
        return value
