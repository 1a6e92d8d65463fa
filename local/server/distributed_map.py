"""Distributed Map: batches of items, results in S3, JSONata, and an end before the last item.

Fields are applied in AWS's order, ItemReader, Items, ItemSelector, ItemBatcher, ResultWriter
(https://docs.aws.amazon.com/step-functions/latest/dg/input-output-fields-dist-map.html). A batch ends at MaxItemsPerBatch
or MaxInputBytesPerBatch (https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html). Child
executions see no variables of the workflow. When failures exceed what is tolerated, or the execution is stopped, no
further child starts. Only Standard children are executions that can be listed and described.
"""

import contextvars
import copy
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import wait as futures_wait

from ministack.core.responses import new_uuid, now_iso
from ministack.services import stepfunctions

import map_results
from pinned import private, replace

MAX_BYTES = 262_144
# Without MaxConcurrency AWS starts 10,000 children at once, which this machine could not.
MAX_THREADS = 64
COUNTS = ("pending", "running", "succeeded", "failed", "timedOut", "aborted", "total", "resultsWritten")
NOT_COUNTED = ("failuresNotRedrivable", "pendingRedrive")


def install() -> None:
    replace("_run_distributed_map", _run, stepfunctions)


def _run(state: dict, raw_input, effective, processor: dict, execution: dict, context: dict) -> tuple:
    fields = _Fields(state, raw_input, effective, context)
    batches = _batches(_selected(_items(fields), fields), fields)
    run = _map_run(fields, batches, execution)
    private(stepfunctions, "_map_runs")[run["mapRunArn"]] = run
    children = _run_children(fields, batches, processor, execution, run)
    exceeded = _exceeds(run, fields)
    run.update(status="FAILED" if exceeded else _final(execution), stopDate=now_iso())
    result = map_results.write(fields.value("ResultWriter"), run, children)
    if exceeded:
        message = "The specified tolerated failure threshold was exceeded"
        raise private(stepfunctions, "_ExecutionError")("States.ExceedToleratedFailureThreshold", message)
    return fields.output(result), private(stepfunctions, "_next_or_end")(state)


class _Fields:
    """The fields of the Map state, evaluated in its query language."""

    def __init__(self, state: dict, raw_input, effective, context: dict):
        self.state, self.raw_input, self.effective, self.context = state, raw_input, effective, context
        self.is_jsonata = private(stepfunctions, "_state_query_language")(state, context) == "JSONata"

    def evaluate(self, template, context: dict | None = None):
        if self.is_jsonata:
            evaluate = private(stepfunctions, "_apply_jsonata_template")
            return evaluate(template, self.raw_input, context or self.context)
        return private(stepfunctions, "_resolve_params_obj")(template, self.effective, context or self.context)

    def value(self, name: str, default=None):
        """A field; `name` also stands for the JSONPath form `<name>Path`."""
        if f"{name}Path" in self.state:
            resolve = private(stepfunctions, "_resolve_path_or_ctx")
            return resolve(self.state[f"{name}Path"], self.effective, self.context)
        return self.evaluate(self.state[name]) if name in self.state else default

    def output(self, result):
        if self.is_jsonata:
            arguments = {"result": result}
            output = private(stepfunctions, "_apply_jsonata_output")(
                self.state, self.raw_input, self.context, default=result, **arguments
            )
            private(stepfunctions, "_apply_state_assign")(self.state, self.raw_input, self.context, **arguments)
            return output
        selected = private(stepfunctions, "_apply_result_selector")(self.state, result)
        output = private(stepfunctions, "_apply_result_path")(self.state, self.raw_input, selected)
        return private(stepfunctions, "_apply_output_path")(self.state, output, self.context)


def _items(fields: _Fields) -> list:
    reader = fields.state.get("ItemReader")
    if reader is None:
        items = fields.value("Items", fields.effective)
    else:
        location = fields.evaluate(reader.get("Arguments") or reader.get("Parameters") or {})
        known = {**reader, "Parameters": location, "Arguments": None}
        items = private(stepfunctions, "_read_map_items")(known, fields.effective, fields.context)
    return items if isinstance(items, list) else [items]


def _selected(items: list, fields: _Fields) -> list:
    selector = fields.state.get("ItemSelector") or (None if fields.is_jsonata else fields.state.get("Parameters"))
    if not selector:
        return items
    return [
        fields.evaluate(selector, {**fields.context, "Map": {"Item": {"Index": index, "Value": item}}})
        for index, item in enumerate(items)
    ]


def _batches(items: list, fields: _Fields) -> list[tuple[int, object]]:
    """The input of each child, with how many items it has."""
    batcher = fields.evaluate(fields.state.get("ItemBatcher") or {})
    if not batcher:
        return [(1, item) for item in items]
    most, most_bytes = batcher.get("MaxItemsPerBatch"), batcher.get("MaxInputBytesPerBatch") or MAX_BYTES
    fixed = {"BatchInput": batcher["BatchInput"]} if "BatchInput" in batcher else {}
    groups, size = [], 0
    for item in items:
        length = _bytes(item) + 1
        if not groups or len(groups[-1]) == most or size + length > most_bytes:
            groups.append([])
            size = _bytes({**fixed, "Items": []})
        groups[-1].append(item)
        size += length
    return [(len(group), {**fixed, "Items": group}) for group in groups]


def _bytes(value) -> int:
    return len(json.dumps(value, separators=(",", ":")).encode())


def _map_run(fields: _Fields, batches: list, execution: dict) -> dict:
    _, _, _, region, account, _, machine = execution["stateMachineArn"].split(":")
    label = fields.state.get("Label") or new_uuid()
    zero = dict.fromkeys((*COUNTS, *NOT_COUNTED), 0)
    items, children = sum(size for size, _ in batches), len(batches)
    return {
        "mapRunArn": f"arn:aws:states:{region}:{account}:mapRun:{machine}/{label}:{new_uuid()}",
        "executionArn": execution["executionArn"],
        "status": "RUNNING",
        "startDate": now_iso(),
        "maxConcurrency": int(fields.value("MaxConcurrency") or 0),
        "toleratedFailurePercentage": float(fields.value("ToleratedFailurePercentage") or 0),
        "toleratedFailureCount": int(fields.value("ToleratedFailureCount") or 0),
        "itemCounts": {**zero, "total": items, "pending": items},
        "executionCounts": {**zero, "total": children, "pending": children},
        "redriveCount": 0,
        "_stateMachineArn": f"arn:aws:states:{region}:{account}:stateMachine:{machine}/{label}",
    }


def _run_children(fields: _Fields, batches: list, processor: dict, execution: dict, run: dict) -> list[dict]:
    is_express = (processor.get("ProcessorConfig") or {}).get("ExecutionType") == "EXPRESS"
    children = [_child(run, batch, is_express) for _, batch in batches]
    lock = threading.Lock()

    def count(size: int, source: str, target: str) -> None:
        with lock:
            for counts, number in ((run["itemCounts"], size), (run["executionCounts"], 1)):
                counts[source] -= number
                counts[target] += number

    def run_child(index: int) -> None:
        child, (size, _) = children[index], batches[index]
        if execution["status"] != "RUNNING" or _exceeds(run, fields):
            return
        child.update(status="RUNNING", startDate=now_iso())
        if not is_express:
            private(stepfunctions, "_executions")[child["executionArn"]] = child
        count(size, "pending", "running")
        _run_child(child, processor, _context_of(child, fields.context, index))
        count(size, "running", "succeeded" if child["status"] == "SUCCEEDED" else "failed")

    with ThreadPoolExecutor(max_workers=run["maxConcurrency"] or MAX_THREADS) as pool:
        # A context cannot be entered by two threads at once.
        futures_wait([pool.submit(contextvars.copy_context().run, run_child, i) for i in range(len(children))])
    return children


def _child(run: dict, batch, is_express: bool) -> dict:
    machine, name = run["_stateMachineArn"], new_uuid()
    kind, parts = "express" if is_express else "execution", [run["mapRunArn"].rsplit(":", 1)[-1]] if is_express else []
    return {
        "executionArn": ":".join([machine.replace(":stateMachine:", f":{kind}:"), *parts, name]),
        "stateMachineArn": machine,
        "name": name,
        "status": "PENDING",
        "startDate": None,
        "stopDate": None,
        "input": json.dumps(batch, separators=(",", ":")),
        "inputDetails": {"included": True},
        "output": None,
        "outputDetails": {"included": True},
        "mapRunArn": run["mapRunArn"],
        "events": [],
        "testCase": "",
        "mockAttempts": {},
    }


def _context_of(child: dict, context: dict, index: int) -> dict:
    started = {"Id": child["executionArn"], "Name": child["name"], "StartTime": child["startDate"]}
    execution = {**context["Execution"], **started, "Input": json.loads(child["input"])}
    return {**copy.deepcopy(context), "Execution": execution, "variables": {}, "Map": {"Item": {"Index": index}}}


def _run_child(child: dict, processor: dict, context: dict) -> None:
    given = json.loads(child["input"])
    try:
        if len(child["input"].encode()) > MAX_BYTES:
            message = "The input of the child workflow execution exceeds the maximum number of bytes"
            raise private(stepfunctions, "_ExecutionError")("States.DataLimitExceeded", message)
        output = private(stepfunctions, "_run_sub_machine")(
            processor.get("States", {}), processor.get("StartAt"), given, child, context
        )
        child.update(status="SUCCEEDED", output=json.dumps(output, separators=(",", ":")))
    except private(stepfunctions, "_ExecutionError") as failure:
        child.update(status="FAILED", error=failure.error, cause=failure.cause)
    child["stopDate"] = now_iso()


def _exceeds(run: dict, fields: _Fields) -> bool:
    """Whether more failed than is tolerated; nothing is, if neither a number nor a percentage is set."""
    counts = run["itemCounts"]
    if counts["failed"] == 0:
        return False
    limits = []
    if any(key.startswith("ToleratedFailureCount") for key in fields.state):
        limits.append(counts["failed"] > run["toleratedFailureCount"])
    if any(key.startswith("ToleratedFailurePercentage") for key in fields.state):
        limits.append(counts["failed"] * 100 > run["toleratedFailurePercentage"] * counts["total"])
    return any(limits) if limits else True


def _final(execution: dict) -> str:
    return "SUCCEEDED" if execution["status"] == "RUNNING" else "ABORTED"
