#!/usr/bin/env python3
"""docs/network.schema.json and `tuft simulate` agree: every example is taken by both, and each key
that is there in one of them, misspelt or of another type, is refused by both.

    schema.py SOURCE BUILD        77 (skipped) without the Python module jsonschema
"""
import copy
import json
import pathlib
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:
    print("schema: no Python module jsonschema")
    sys.exit(77)

source, build = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
schema = json.loads((source / "docs/network.schema.json").read_text())
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
failures = []


def takes(document):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "net.json"
        path.write_text(json.dumps(document))
        run = subprocess.run([build / "tuft", "simulate", path, "--quiet"],
                             capture_output=True, text=True)
    return run.returncode == 0, run.stderr


def places(value, path=()):
    """Every member of every object, by its path."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inside in items:
        if isinstance(value, dict):
            yield path + (key,)
        if isinstance(inside, (dict, list)):
            yield from places(inside, path + (key,))


def changed(document, path, change):
    made = copy.deepcopy(document)
    at = made
    for key in path[:-1]:
        at = at[key]
    change(at, path[-1])
    return made


def misspell(at, key):
    at[key + "_"] = at.pop(key)


def retype(at, key):
    at[key] = None


for example in sorted((source / "docs/examples").glob("*.json")):
    document = json.loads(example.read_text())
    document["duration_ms"] = 1  # a short run, and windows that fit into it
    for record in document["records"]:
        for key, ms in (("window_ms", 0.5), ("from_ms", 0.1)):
            if key in record.get("bursts", {}):
                record["bursts"][key] = ms
    for population in document["populations"]:
        population["count"] = min(population["count"], 3)
    for projection in document.get("projections", []):
        if "in_degree" in projection["connect"]:
            projection["connect"]["in_degree"] = 2
    accepted, said = takes(document)
    if not accepted or not validator.is_valid(document):
        failures.append(f"{example.name}: refused: {said}")
    for path in list(places(document)):
        for change in (misspell, retype):
            broken = changed(document, path, change)
            accepted, said = takes(broken)
            if accepted or (validator.is_valid(broken) and len(path) > 1
                            and path[-2] not in ("parameters", "initial")):
                failures.append(f"{example.name}: {change.__name__} {path}: "
                                f"tuft {accepted}, schema {validator.is_valid(broken)}")
        # the message names where it is
        if not accepted and str(path[-1]) not in said:
            failures.append(f"{example.name}: {path}: {said}")
print("\n".join(failures) or "schema: agrees with tuft simulate")
sys.exit(1 if failures else 0)
