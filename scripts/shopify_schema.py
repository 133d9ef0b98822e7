"""Makes tests/fixtures/shopify/: the part of Shopify's Admin GraphQL schema that our queries reach.

    npm pack @shopify/dev-mcp@1.16.0
    .venv/bin/python scripts/shopify_schema.py shopify-dev-mcp-1.16.0.tgz

The package carries the introspection of every version of the API. The whole of it is 14 MB; what is kept are the
types that our queries reach, with all their fields and arguments, so that another field can be asked for without
a new schema. A type that only fields we do not ask for return keeps its name and nothing else.
`--check` compares instead of writing, and holds every query against the whole schema: `.ci/run` does.
"""

import argparse
import gzip
import io
import json
import sys
import tarfile
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLSchema,
    GraphQLUnionType,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_client_schema,
    parse,
    validate,
    visit,
)
from graphql.type import get_named_type

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "tests" / "fixtures" / "shopify"
sys.path.insert(0, str(ROOT))

from panels.connectors.shopify import queries  # noqa: E402 - needs the path

SCHEMA = FOLDER / f"admin_{queries.API_VERSION}.json.gz"
LICENCE = FOLDER / "LICENSE"
# Filters are strings to Shopify; what they may hold is documentation.
_RELATED = ("interfaces", "possibleTypes")
_DROPPED = ("description", "specifiedByURL", "appliedDirectives")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("package", type=Path, help="the file that `npm pack @shopify/dev-mcp` makes")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    arguments = parser.parse_args()
    with tarfile.open(arguments.package) as package:
        packed = _read(package, f"package/dist/data/admin_{queries.API_VERSION}.json.gz")
        licence = _read(package, "package/LICENSE")
    introspection = json.loads(gzip.decompress(packed))["data"]
    wrong = [f"{query.name}: {error.message}" for query in queries.ALL for error in _errors(introspection, query.text)]
    if wrong:
        sys.exit("\n".join(wrong))
    reduced = reduce(introspection)
    if arguments.check:
        kept = json.loads(gzip.decompress(SCHEMA.read_bytes()))
        sys.exit(None if kept == reduced else f"{SCHEMA.relative_to(ROOT)} is not what the package has: make it again.")
    FOLDER.mkdir(parents=True, exist_ok=True)
    SCHEMA.write_bytes(_packed(reduced))
    LICENCE.write_bytes(licence)
    print(f"{SCHEMA.relative_to(ROOT)}: {len(reduced['__schema']['types'])} types, {SCHEMA.stat().st_size} bytes")


def reduce(introspection: Any) -> dict[str, Any]:
    """Return the part of the schema that the queries reach."""
    whole = introspection["__schema"]
    schema = build_client_schema(introspection, assume_valid=True)
    reached = _reached(schema)
    types = {entry["name"]: entry for entry in whole["types"]}
    kept = {name: _among(_bare(types[name]), reached) for name in sorted(reached)}
    for name in sorted(_named(list(kept.values())) - set(kept)):
        kept[name] = _stub(_bare(types[name]))
    directives = [
        _bare(entry) for entry in whole["directives"] if entry["name"] in {"include", "skip", "deprecated", "oneOf"}
    ]
    return {
        "__schema": {
            "queryType": whole["queryType"],
            "mutationType": None,
            "subscriptionType": None,
            "types": list(kept.values()),
            "directives": directives,
        }
    }


def _reached(schema: GraphQLSchema) -> set[str]:
    """Return the names of all types that a field, argument or condition of a query has."""
    reached = {"String", "Boolean", "ID", "Int", "Float", "QueryRoot"}
    info = TypeInfo(schema)

    class Collect(Visitor):
        def enter(self, *_args: Any) -> None:
            for found in (info.get_type(), info.get_parent_type(), info.get_input_type()):
                if found is not None:
                    reached.add(get_named_type(found).name)

    for query in queries.ALL:
        visit(parse(query.text), TypeInfoVisitor(info, Collect()))
    types = [schema.type_map[name] for name in reached]
    unions = [kind for kind in types if isinstance(kind, GraphQLUnionType)]
    return reached.union(member.name for union in unions for member in union.types)


def _bare(value: Any) -> Any:
    """Return the value without descriptions."""
    if isinstance(value, dict):
        return {key: _bare(entry) for key, entry in value.items() if key not in _DROPPED}
    return [_bare(entry) for entry in value] if isinstance(value, list) else value


def _among(entry: dict[str, Any], reached: set[str]) -> dict[str, Any]:
    """Return a type that speaks only of those interfaces, and those types with its interface, that are kept."""
    lists = {key: [one for one in entry.get(key) or [] if one["name"] in reached] for key in _RELATED if entry.get(key)}
    return {**entry, **lists}


def _stub(entry: dict[str, Any]) -> dict[str, Any]:
    """Return a type of which nobody asks anything, so that what it is made of may be missing."""
    scalar = {"kind": "SCALAR", "name": "String", "ofType": None}
    if entry["kind"] in {"OBJECT", "INTERFACE", "UNION"}:
        field = {"name": "_", "args": [], "type": scalar, "isDeprecated": False, "deprecationReason": None}
        return {**entry, "kind": "OBJECT", "fields": [field], "interfaces": [], "possibleTypes": None}
    if entry["kind"] == "INPUT_OBJECT":
        return {**entry, "inputFields": [{"name": "_", "type": scalar, "defaultValue": None}]}
    return entry


def _named(value: Any) -> set[str]:
    """Return the names of all types that are spoken of in the value."""
    if isinstance(value, dict):
        names = {value["name"]} if value.get("name") and set(value) == {"kind", "name", "ofType"} else set()
        return names.union(*(_named(entry) for entry in value.values()))
    return set().union(*(_named(entry) for entry in value)) if isinstance(value, list) else set()


def _errors(introspection: Any, text: str) -> list[Any]:
    return validate(build_client_schema(introspection, assume_valid=True), parse(text))


def _read(package: tarfile.TarFile, name: str) -> bytes:
    member = package.extractfile(name)
    if member is None:
        sys.exit(f"{name} is not in the package.")
    return member.read()


def _packed(schema: dict[str, Any]) -> bytes:
    """Return the schema, the same bytes for the same schema."""
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0, filename="") as packed:
        packed.write(json.dumps(schema, separators=(",", ":")).encode())
    return buffer.getvalue()


if __name__ == "__main__":
    main()
