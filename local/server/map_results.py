"""Results of a Distributed Map: the output of the state, and the files of its ResultWriter.

A ResultWriter with a Resource writes `<prefix>/<map run>/manifest.json` and one file for each status, such as
`FAILED_0.json`, a JSON array of executions with their input and output as text; the state then returns where the
manifest is. WriterConfig chooses other formats: COMPACT keeps the outputs only, FLATTEN also flattens arrays, failed
executions stay whole, and JSONL writes lines
(https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html). Unconfirmed: that an empty status has
no file. AWS starts a new file at 5 GB.
"""

import json

from ministack.services import s3, stepfunctions

from pinned import private

STATUSES = ("FAILED", "PENDING", "SUCCEEDED")


def write(writer: dict | None, run: dict, children: list[dict]):
    """The result of the Map state, after writing the files that its ResultWriter asks for."""
    writer = writer or {}
    location = writer.get("Arguments") or writer.get("Parameters") or {}
    config = writer.get("WriterConfig") or {}
    is_export = "Resource" in writer
    transformation = config.get("Transformation", "NONE" if is_export else "COMPACT")
    if not is_export:
        return _transformed(children, transformation)
    is_lines = config.get("OutputType") == "JSONL"
    bucket, folder = location["Bucket"], run["mapRunArn"].rsplit(":", 1)[-1]
    prefix = "/".join(part for part in (location.get("Prefix", "").strip("/"), folder) if part)
    files = {status: [] for status in STATUSES}
    for status in STATUSES:
        mine = [child for child in children if child["status"] == status]
        if mine:
            key = f"{prefix}/{status}_0.{'jsonl' if is_lines else 'json'}"
            body = _text(_transformed(mine, transformation), is_lines)
            _put(bucket, key, body)
            files[status].append({"Key": key, "Size": len(body)})
    manifest = {"DestinationBucket": bucket, "MapRunArn": run["mapRunArn"], "ResultFiles": files}
    _put(bucket, f"{prefix}/manifest.json", json.dumps(manifest).encode())
    for counts in (run["itemCounts"], run["executionCounts"]):
        counts["resultsWritten"] = counts["succeeded"] + counts["failed"]
    return {
        "MapRunArn": run["mapRunArn"],
        "ResultWriterDetails": {"Bucket": bucket, "Key": f"{prefix}/manifest.json"},
    }


def _transformed(children: list[dict], transformation: str) -> list:
    results = []
    for child in children:
        if transformation == "NONE" or child["status"] != "SUCCEEDED":
            results.append(_record(child))
            continue
        output = json.loads(child["output"])
        results.extend(output if transformation == "FLATTEN" and isinstance(output, list) else [output])
    return results


def _record(child: dict) -> dict:
    status = child["status"]
    redrive = {
        "RedriveCount": 0,
        "RedriveStatus": "NOT_REDRIVABLE" if status == "SUCCEEDED" else "REDRIVABLE",
        **({"RedriveStatusReason": "Execution is SUCCEEDED and cannot be redriven"} if status == "SUCCEEDED" else {}),
    }
    record = {
        **({"Cause": child["cause"], "Error": child["error"]} if "error" in child else {}),
        "ExecutionArn": child["executionArn"],
        "Input": child["input"],
        "InputDetails": {"Included": True},
        "Name": child["name"],
        **({} if child["output"] is None else {"Output": child["output"]}),
        "OutputDetails": {"Included": True},
        **redrive,
        "StartDate": child["startDate"],
        "StateMachineArn": child["stateMachineArn"],
        "Status": status,
        "StopDate": child["stopDate"],
    }
    return {key: value for key, value in record.items() if value is not None}


def _text(results: list, is_lines: bool) -> bytes:
    return ("".join(f"{json.dumps(each)}\n" for each in results) if is_lines else json.dumps(results)).encode()


def _put(bucket: str, key: str, body: bytes) -> None:
    status = private(s3, "_put_object")(bucket, key, body, {"content-type": "application/json"})[0]
    if status != 200:
        raise private(stepfunctions, "_ExecutionError")("States.ResultWriterFailed", f"Cannot write {key} to the bucket {bucket}")
