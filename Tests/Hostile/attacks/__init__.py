"""The attacks: one class each, in the module of its subject. To add one, derive from Attack and give it a name."""

import importlib

from attacks.attack import Attack

MODULES = ["connections", "contents", "files", "passwords", "parsing"]


def all_attacks():
    for module in MODULES:
        importlib.import_module(f"attacks.{module}")
    return [kind() for kind in Attack.kinds]
