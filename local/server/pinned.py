"""Access to private names of MiniStack: its version is pinned, and each name is checked before it is used."""

from importlib.metadata import version

PINNED = "1.5.33"


class Unexpected(Exception):
    """MiniStack is not the version that this extension supports."""


def check_version() -> None:
    """Raises unless the pinned version of MiniStack is installed."""
    found = version("ministack")
    if found != PINNED:
        raise Unexpected(f"The local AWS requires MiniStack {PINNED}, and {found} is installed: run set-up again.")


def private(module, name: str):
    """A private name of MiniStack; raises if it does not exist."""
    if not hasattr(module, name):
        raise Unexpected(f"MiniStack {PINNED} has no {module.__name__}.{name}: run set-up again.")
    return getattr(module, name)


def replace(name: str, value, *modules) -> None:
    """Replaces a private name in each module that has imported it."""
    for module in modules:
        private(module, name)
        setattr(module, name, value)
