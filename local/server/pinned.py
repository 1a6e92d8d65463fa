"""MiniStack's private names are used here, so its version is pinned and each name is checked before it is used."""

from importlib.metadata import version

PINNED = "1.5.33"


class Unexpected(Exception):
    """MiniStack is not as this extension knows it."""


def check_version() -> None:
    """Raises unless the installed MiniStack is the one that this extension was written for."""
    found = version("ministack")
    if found != PINNED:
        raise Unexpected(f"The local AWS needs MiniStack {PINNED}, and {found} is installed: run the set-up again.")


def private(module, name: str):
    """A private name of MiniStack's; raises when it is not there."""
    if not hasattr(module, name):
        raise Unexpected(f"MiniStack {PINNED} should have {module.__name__}.{name}, and has not: run the set-up again.")
    return getattr(module, name)


def replace(name: str, value, *modules) -> None:
    """Binds a private name anew in each module that has imported it."""
    for module in modules:
        private(module, name)
        setattr(module, name, value)
