"""Pages of ECS's lists and the limits of its descriptions, which MiniStack does not have: ListClusters, ListServices and
ListTaskDefinitionFamilies answer everything, and DescribeServices takes any number of services.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListServices.html (10 by default) and
API_DescribeServices.html (at most 10); tasks and clusters are 100. Unconfirmed: the words of the refusals.
"""

import json

from ministack.core.responses import error_response_json, json_response
from ministack.services import ecs

from pinned import private

# The member of the answer, and how many a page has by default; at most 100.
LISTS = {
    "ListClusters": ("clusterArns", 100),
    "ListServices": ("serviceArns", 10),
    "ListTaskDefinitionFamilies": ("families", 100),
}
MAX_PAGE = 100
# The member of the request, and how many it may have.
DESCRIPTIONS = {"DescribeClusters": ("clusters", 100), "DescribeServices": ("services", 10), "DescribeTasks": ("tasks", 100)}
# MiniStack answers an empty list for a cluster that does not exist.
OF_A_CLUSTER = ("ListServices", "ListTasks", "DescribeTasks")


def install() -> None:
    actions = private(ecs, "_ACTION_MAP")
    for action, (member, size) in LISTS.items():
        actions[action] = _paged(actions[action], member, size)
    for action, (member, limit) in DESCRIPTIONS.items():
        actions[action] = _limited(actions[action], member, limit)
    for action in OF_A_CLUSTER:
        actions[action] = _of_a_cluster(actions[action])


def paged(data: dict, entries: list, size: int) -> tuple[list, dict]:
    """A page of entries, and the token of the next one."""
    limit, first = min(data.get("maxResults") or size, MAX_PAGE), int(data.get("nextToken") or 0)
    left = len(entries) > first + limit
    return entries[first : first + limit], {"nextToken": str(first + limit)} if left else {}


def _paged(own, member: str, size: int):
    def operation(data):
        answer = own(data)
        if answer[0] != 200:
            return answer
        body = json.loads(answer[2])
        page, token = paged(data, body[member], size)
        return json_response({**body, member: page, **token})

    return operation


def _limited(own, member: str, limit: int):
    def operation(data):
        if len(data.get(member) or []) > limit:
            return error_response_json("InvalidParameterException", f"{member} cannot have more than {limit} elements", 400)
        return own(data)

    return operation


def _of_a_cluster(own):
    def operation(data):
        name = private(ecs, "_resolve_cluster_name")(data.get("cluster", "default"))
        if name not in private(ecs, "_clusters"):
            return error_response_json("ClusterNotFoundException", "Cluster not found.", 400)
        return own(data)

    return operation
