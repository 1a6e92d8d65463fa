"""LookupEvents in pages: MiniStack returns the newest 50 events alone
(https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html).
"""

from ministack.services import cloudtrail

from pinned import private

ATTRIBUTES = ("EventId", "EventName", "EventSource", "ReadOnly", "Username", "AccessKeyId")
MAX_RESULTS = 50


def install() -> None:
    handlers = private(cloudtrail, "_DISPATCH")
    lookup = handlers["LookupEvents"]

    def lookup_in_pages(body: dict):
        attributes = {each["AttributeKey"]: each["AttributeValue"] for each in body.get("LookupAttributes", [])}
        if any(key not in ATTRIBUTES for key in attributes):
            return lookup(body)
        recorded = reversed(list(private(cloudtrail, "_get_event_queue")()))
        events = [event for event in recorded if _is_meant(event, body, attributes)]
        # An event as the token: new ones come before it, and do not move it.
        token = body.get("NextToken")
        start = next((place + 1 for place, event in enumerate(events) if event["EventId"] == token), 0)
        page = events[start : start + min(int(body.get("MaxResults", MAX_RESULTS)), MAX_RESULTS)]
        more = {"NextToken": page[-1]["EventId"]} if page and start + len(page) < len(events) else {}
        return private(cloudtrail, "_ok")({"Events": page, **more})

    handlers["LookupEvents"] = lookup_in_pages


def _is_meant(event: dict, body: dict, attributes: dict) -> bool:
    start, end = body.get("StartTime"), body.get("EndTime")
    if start is not None and event["EventTime"] < float(start):
        return False
    if end is not None and event["EventTime"] > float(end):
        return False
    return all(event.get(key, "") == value for key, value in attributes.items())
