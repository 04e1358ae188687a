#!/usr/bin/env python3
"""docs/energy-profile.schema.json and `tuft energy` agree: every profile of core/profiles is taken
by both, and each member that is missing, misspelt, negative or in another unit is refused by both.

    energy_schema.py SOURCE BUILD        77 (skipped) without the Python module jsonschema
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
    print("energy_schema: no Python module jsonschema")
    sys.exit(77)

source, build = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
schema = json.loads((source / "docs/energy-profile.schema.json").read_text())
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
failures = []


def takes(document):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "profile.json"
        path.write_text(json.dumps(document))
        run = subprocess.run([build / "tuft", "energy", "--list", "--profile", path],
                             capture_output=True, text=True)
    return run.returncode == 0, run.stderr


def expect(document, good, what):
    ours, said = takes(document)
    theirs = validator.is_valid(document)
    if ours != good or theirs != good:
        failures.append(f"{what}: tuft {'takes' if ours else 'refuses'} it, the schema "
                        f"{'takes' if theirs else 'refuses'} it: {said.strip()}")


profiles = sorted((source / "core/profiles").glob("*.json"))
for path in profiles:
    document = json.loads(path.read_text())
    expect(document, True, path.name)
    if document["name"] != path.stem:
        failures.append(f"{path.name}: its name is {document['name']}")

document = json.loads((source / "core/profiles/rram-40nm.json").read_text())
for key in ["tuft_energy_profile", "name", "title", "sources", "constants"]:
    broken = copy.deepcopy(document)
    del broken[key]
    expect(broken, False, f"without {key}")
for name in document["constants"]:
    for member, value in [("value", -1), ("value", 0), ("value", "1"), ("low", -1), ("unit", "m"),
                          ("unit", "pA"), ("evidence", "guessed"), ("source", ""), ("more", 1)]:
        broken = copy.deepcopy(document)
        broken["constants"][name][member] = value
        expect(broken, False, f"{name}.{member} = {value}")
    for member in ["value", "unit", "source", "evidence"]:
        broken = copy.deepcopy(document)
        del broken["constants"][name][member]
        expect(broken, False, f"{name} without {member}")
for place in [(), ("constants",), ("sources", "lin2025")]:
    broken = copy.deepcopy(document)
    inside = broken
    for step in place:
        inside = inside[step]
    inside["unheard_of"] = {}
    expect(broken, False, f"{'/'.join(place)}/unheard_of")

for failure in failures:
    print(f"energy_schema: {failure}")
if not profiles:
    print("energy_schema: no profiles")
sys.exit(1 if failures or not profiles else 0)
