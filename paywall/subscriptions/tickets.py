"""Tickets: in what order the fetches about a customer were begun.

Whoever is about to ask Stripe takes a ticket first. What was asked for later is newer, however
long the answers take: recording keeps an answer only if its ticket is newer than the last one.
"""

from django.db import connection

from paywall.subscriptions.models import Customer


def take(customer: Customer) -> int:
    """Raise the customer's counter and return it, in one statement, so that no two are alike."""
    table, key = Customer._meta.db_table, Customer._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET ticket = ticket + 1 WHERE {key} = %s RETURNING ticket",  # noqa: S608  # our own names
            [customer.pk],
        )
        row = cursor.fetchone()
    if row is None:
        raise Customer.DoesNotExist(f"{customer} is gone.")
    return int(row[0])
