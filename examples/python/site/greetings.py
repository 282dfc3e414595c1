"""Greetings for people and machines."""

from dataclasses import dataclass


@dataclass
class Guest:
    """Somebody who is greeted."""

    name: str
    title: str = ""


def greet(guest: Guest, *, polite: bool = True) -> str:
    """Say hello to a guest."""
    title = guest.title + " " if polite and guest.title else ""
    return "Hello, {}{}!".format(title, guest.name)


def farewell(guest: Guest) -> str:
    """Say goodbye to a guest."""
    return "Goodbye, {}!".format(guest.name)
