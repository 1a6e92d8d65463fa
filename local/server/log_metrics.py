"""Metrics in logs: CloudWatch reads the embedded metric format, one JSON object on a line of a function's log.

`_aws.CloudWatchMetrics` lists a namespace, sets of dimensions and metrics; their values are members of the object, a number or
an array of numbers
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html). What
does not fit the format is a line of the log and nothing else.
"""

import json

from ministack.services import cloudwatch, cloudwatch_logs

from pinned import private, replace

MARK = '"_aws"'


def install() -> None:
    own = private(cloudwatch_logs, "_append_log_events")

    def append_log_events(stream, events):
        own(stream, events)
        for event in events:
            if MARK in event["message"]:
                _store(event["message"])

    replace("_append_log_events", append_log_events, cloudwatch_logs)


def _store(line: str) -> None:
    try:
        entry = json.loads(line)
        data = [datum for directive in entry["_aws"]["CloudWatchMetrics"] for datum in _data(entry, directive)]
        time = entry["_aws"]["Timestamp"] / 1000
    except (ValueError, TypeError, KeyError):
        return
    for namespace, name, unit, values, dimensions in data:
        private(cloudwatch, "_store_datum")(namespace, name, dimensions, time, unit, None, values, None, None)
    private(cloudwatch, "_evaluate_all_alarms")()


def _data(entry: dict, directive: dict):
    for dimensions in directive["Dimensions"]:
        named = {name: str(entry[name]) for name in dimensions}
        for metric in directive["Metrics"]:
            value = entry[metric["Name"]]
            values = [float(each) for each in (value if isinstance(value, list) else [value])]
            yield directive["Namespace"], metric["Name"], metric.get("Unit", "None"), values, named
