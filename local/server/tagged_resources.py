"""Pages of the Resource Groups Tagging API's GetResources; MiniStack answers everything in one page.

https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html: 1 to 100 resources a page, 50 by
default. A resource that was never tagged is not found; MiniStack answers those too.
"""

import json

from ministack.services import tagging

from pinned import private, replace

DEFAULT_PAGE = 50


def install() -> None:
    own = private(tagging, "_get_resources")
    answer_with, refusal = private(tagging, "_json"), private(tagging, "_invalid_parameter")

    def get_resources(data):
        size = data.get("ResourcesPerPage", DEFAULT_PAGE)
        if not 1 <= size <= 100:
            return refusal("ResourcesPerPage must be from 1 to 100")
        answer = own(data)
        if answer[0] != 200:
            return answer
        found = [each for each in json.loads(answer[2])["ResourceTagMappingList"] if each["Tags"]]
        first = int(data.get("PaginationToken") or 0)
        token = str(first + size) if len(found) > first + size else ""
        return answer_with({"ResourceTagMappingList": found[first : first + size], "PaginationToken": token})

    replace("_get_resources", get_resources, tagging)
    private(tagging, "_HANDLERS")["GetResources"] = get_resources
