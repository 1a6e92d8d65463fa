"""Generated names of resources that differ in each account and Region, as their random suffixes do; MiniStack makes them from the names
of the stack and the resource alone, so that the roles and buckets of the same stack in two Regions would be one.

Names in the first account and Region stay as MiniStack makes them.
"""

import hashlib
import re

from ministack.core.responses import get_account_id, get_region
from ministack.services.cloudformation import provisioners

from pinned import private, replace

SUFFIX = re.compile(r"[0-9A-Za-z]+$")
FIRST = ("000000000000", "us-east-1")


def install() -> None:
    own = private(provisioners, "_physical_name")

    def physical_name(stack_name, logical_id, **options):
        name = own(stack_name, logical_id, **options)
        place = (get_account_id(), get_region())
        if place == FIRST:
            return name
        suffix = SUFFIX.search(name).group()
        other = hashlib.sha256("/".join([suffix, *place]).encode()).hexdigest()[: len(suffix)]
        return name[: -len(suffix)] + (other if options.get("lowercase") else other.upper())

    replace("_physical_name", physical_name, provisioners)
