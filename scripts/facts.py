#!/usr/bin/env python3
"""Makes the project's facts about AWS from the data in the Python package cfn-lint.

    pip install cfn-lint==1.58.0 aws-sam-translator==1.115.0
    scripts/facts.py                      write the generated tables of data/ and tests/data/, and print what changes. A table
                                          that loses much of what it had is not written (--shrink FILE writes it)
    scripts/facts.py --compare            write nothing; exit 1 if a committed file differs from what would be written,
                                          3 if the pinned versions are not installed
    scripts/facts.py --check              the same, and ask PyPI for newer versions: exit 4 if a pin or a table that is kept by
                                          hand is old. A scheduled workflow runs it
    scripts/facts.py --names [PREFIX]     print, for reviewing data/names.txt, what could name each resource type

The output depends only on the packages' versions, so the versions are pinned. To raise them: change PINNED_VERSION, DATA_DATE,
SAM_PINNED_VERSION and SAM_DATA_DATE, install both, run the script, run the tests, and review what they and `git diff` show. Files that are kept by
hand (those whose first line does not say "Generated") are never written here.
"""

import argparse
import datetime
import json
import os
import re
import subprocess
import sys
from pathlib import Path

PINNED_VERSION = "1.58.0"
# When AWS's schemas were fetched for the pinned version: `schema_date` of its data/schemas/version.json.
DATA_DATE = "2026-10-20"
PROVENANCE = f"cfn-lint {PINNED_VERSION} (licence MIT-0), data of {DATA_DATE}"

ROOT = Path(__file__).resolve().parent.parent

# Names in the package's type map that templates cannot use: `Module` stands for every `...::MODULE` type.
NOT_A_TYPE = {"Module"}

# Tag properties that neither the schema's `tagging` nor the name `Tags` gives away, with the page that documents them.
UNDECLARED_TAG_PROPERTIES = {
    # "An optional list of tags to associate with the specified budget": aws-resource-budgets-budget
    "AWS::Budgets::Budget": "ResourceTags",
    # "The tags to apply to the Client VPN endpoint during creation": aws-resource-ec2-clientvpnendpoint
    "AWS::EC2::ClientVpnEndpoint": "TagSpecifications",
}


def refuse(why):
    print(f"facts.py: {why}; the facts are pinned to cfn-lint=={PINNED_VERSION}", file=sys.stderr)
    sys.exit(3)


def package_data():
    """The data folder of the installed package; refuses any version but the pinned one."""
    try:
        import cfnlint
        from cfnlint.version import __version__ as version
    except ImportError:
        refuse("cfn-lint is not installed")
    if version != PINNED_VERSION:
        refuse(f"cfn-lint {version} is installed")
    return Path(cfnlint.__file__).parent / "data"


# The folder has the schemas of SAM's types, too. What SAM accepts is read from the transform itself (`sam_types`).
NOT_A_REGION = {"sam"}


def load_schemas(data):
    """Every resource type's schema, by type. A type's schema is us-east-1's, else the first region's that has it."""
    schemas = data / "schemas"
    date = json.loads((schemas / "version.json").read_text())["schema_date"][:10]
    if date != DATA_DATE:
        refuse(f"its schemas are of {date}, not of {DATA_DATE}")
    regions = sorted(path for path in (schemas / "providers").glob("*.json") if path.stem not in NOT_A_REGION)
    regions.sort(key=lambda path: path.stem != "us-east-1")
    files = {}
    for region in regions:
        for type_name, file in json.loads(region.read_text()).items():
            files.setdefault(type_name, file)
    return {
        type_name: json.loads((schemas / "resources" / f"{files[type_name]}.json").read_text())
        for type_name in sorted(files)
        if type_name not in NOT_A_TYPE
    }


def resolve(schema, node):
    """The node that `node` refers to, if it is a reference. A reference to itself is anything."""
    followed = set()
    while "$ref" in node:
        if node["$ref"] in followed:
            return {}
        followed.add(node["$ref"])
        target = schema
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        node = target
    return node


# ---- Tags -----------------------------------------------------------------------------------------------------------


def tag_property(type_name, schema):
    """The name of the top-level property that carries the resource's own tags, or None."""
    properties = schema.get("properties", {})
    tagging = schema.get("tagging", {})
    if type_name in UNDECLARED_TAG_PROPERTIES:
        name = UNDECLARED_TAG_PROPERTIES[type_name]
    elif "tagging" in schema:
        # `taggable: false` wins over a property called Tags. Without `tagProperty`, `/properties/Tags` is the default.
        if not tagging.get("taggable", True):
            return None
        pointer = tagging.get("tagProperty", "/properties/Tags")
        # `/properties/TagSpecifications/*/Tags`: the shape describes what is below the top-level property.
        name = pointer.split("/")[2]
    else:
        name = "Tags"
    read_only = f"/properties/{name}" in schema.get("readOnlyProperties", [])
    return name if name in properties and not read_only else None


def tag_shape(schema, name):
    """How the tags are written; the words are those of `TagShape` in src/facts/tags.rs."""
    node = resolve(schema, schema["properties"][name])
    if "items" in node:
        item = resolve(schema, node["items"])
        alternatives = [set(resolve(schema, each).get("properties", {})) for each in item.get("oneOf", [item])]
        if alternatives == [{"Key", "Value"}]:
            return "list"
        if alternatives == [{"Key", "Value", "PropagateAtLaunch"}]:
            return "list-propagating"
        if alternatives == [{"Key", "Value"}, {"TagKey", "TagValue"}]:
            return "list-either"
        if alternatives == [{"ResourceType", "Tags"}]:
            return "specifications"
    elif set(node.get("properties", {})) == {"Items"}:
        return "items"
    elif "patternProperties" in node:
        return "map"
    elif node.get("format") == "json" or (node.get("type") == "object" and not node.get("properties")):
        return "json"
    sys.exit(f"facts.py: a tag shape that TagShape does not know: {name}: {json.dumps(node)}")


def places_of_lines(text):
    """Where the part of each line behind its first word begins, by that word."""
    places = {}
    at = 0
    for line in text.splitlines(keepends=True):
        key = line.split()[0]
        if key != "#":
            places[key] = at + len(key) + 1
        at += len(line)
    return places


# Types that accept properties of any name: "one or more custom properties" (aws-resource-cloudformation-customresource), and
# what the CDK writes for itself. They have no place, so that no name is taken for a misspelled one.
OPEN_TYPES = {"AWS::CloudFormation::CustomResource", "AWS::CDK::Metadata"}


def resource_types(schemas, stateful, properties):
    places = places_of_lines(properties)
    lines = [
        f"# Generated by scripts/facts.py from {PROVENANCE}. Do not edit.",
        "# TYPE [stateful] [TAG-PROPERTY=SHAPE] [@PLACE], sorted by type. The place of the type's schema in data/schemas.txt, in bytes.",
    ]
    for type_name, schema in schemas.items():
        words = [type_name]
        if type_name in stateful:
            words.append("stateful")
        name = tag_property(type_name, schema)
        if name:
            words.append(f"{name}={tag_shape(schema, name)}")
        if type_name not in OPEN_TYPES:
            words.append(f"@{places[type_name]}")
        lines.append(" ".join(words))
    return "\n".join(lines) + "\n"


# ---- IAM actions ----------------------------------------------------------------------------------------------------


# The resource part of ARNs that the data leaves open from its first variable on. An object is a name below its bucket:
# "arn:${Partition}:s3:::${BucketName}/${ObjectName}" (Service Authorization Reference, "Amazon S3", resource types).
FULLER_KINDS = {("s3", "object"): ["s3:*/*"]}


# Kinds of which an account has exactly one, so that naming it limits nothing. "Only the `default` dataset is supported. The `default`
# dataset is implicit for every account in every Region" (CloudWatch API reference, GetDataset; November 2026).
SINGLE_KINDS = {("cloudwatch", "dataset")}


def limiting(policies):
    """The policies without the resource types that limit nothing."""
    for service, facts in policies.items():
        for limits in facts["Actions"].values():
            if "Resources" in limits:
                limits["Resources"] = [name for name in limits["Resources"] if (service, name.lower()) not in SINGLE_KINDS]
    return policies


def resource_kinds(service, facts):
    """The kinds of resources that each resource type of a service stands for, by the type's name in lower case: the service
    of their ARNs, a colon, and the ARNs' resource part, `*` for what is a name."""
    kinds = {}
    for name, resource in facts.get("Resources", {}).items():
        found = FULLER_KINDS.get((service, name.lower()), [])
        for arn in [] if found else resource["ARNFormats"]:
            _, _, owner, _, _, kind = arn.split(":", 5)
            found.append(f"{owner}:{kind.removesuffix('.*')}*" if kind.endswith(".*") else f"{owner}:{kind}")
        kinds[name.lower()] = found
    return kinds


def action_resources(service, facts):
    """For each action of a service, the kinds of resources that it can be limited to, sorted."""
    kinds = resource_kinds(service, facts)
    actions = {}
    for action, limits in sorted(facts["Actions"].items()):
        if not re.fullmatch(r"[a-z0-9-]+:[a-z0-9-]+", f"{service}:{action}"):
            sys.exit(f"facts.py: an action that the line format cannot hold: {service}:{action}")
        # An ARN without a service of its own (`${Vendor}`) says nothing.
        found = {kind for name in limits.get("Resources", []) for kind in kinds.get(name.lower(), []) if "$" not in kind}
        if any(re.search(r"[\s,]", kind) for kind in found):
            sys.exit(f"facts.py: a kind that the line format cannot hold: {service}:{action}: {found}")
        # Within the service, a kind is written without it.
        actions[action] = ",".join(sorted(kind.removeprefix(f"{service}:") if kind.startswith(f"{service}:") else f"+{kind}" for kind in found))
    return actions


def resource_sets(service, facts):
    """The sets of kinds that a service's actions are limited to, the most frequent first."""
    counts = {}
    for kinds in action_resources(service, facts).values():
        if kinds:
            counts[kinds] = counts.get(kinds, 0) + 1
    return sorted(counts, key=lambda kinds: (-counts[kinds], kinds))


def iam_actions(policies):
    lines = [
        f"# Generated by scripts/facts.py from {PROVENANCE}. Do not edit.",
        "# SERVICE:FIRST-LETTER ACTION..., sorted; an action with `!` cannot be limited to resources. `=N` is the number of its line's",
        "# word in iam-resources.txt, counted from 0; without it, the first word.",
    ]
    groups = {}
    for service, facts in policies.items():
        sets = resource_sets(service, facts)
        for action, kinds in action_resources(service, facts).items():
            if not facts["Actions"][action].get("Resources"):
                word = f"{action}!"
            elif not kinds:
                word = f"{action}=?"
            else:
                number = sets.index(kinds)
                word = f"{action}={number}" if number else action
            groups.setdefault(f"{service}:{action[0]}", []).append(word)
    lines += [" ".join([group, *groups[group]]) for group in sorted(groups)]
    return "\n".join(lines) + "\n"


def iam_resources(policies):
    lines = [
        f"# Generated by scripts/facts.py from {PROVENANCE}. Do not edit.",
        "# SERVICE KIND,KIND... KIND..., sorted by service: the sets of kinds of resources that the service's actions can be limited",
        "# to, by which iam-actions.txt numbers them. A kind is the resource part of ARNs, with `*` for what is a name; `+SERVICE:KIND`",
        "# is of another service.",
    ]
    for service in sorted(policies):
        sets = resource_sets(service, policies[service])
        if sets:
            lines.append(" ".join([service, *sets]))
    return "\n".join(lines) + "\n"


# ---- SAM ------------------------------------------------------------------------------------------------------------

# The package that AWS runs as the transform; cfn-lint depends on it.
SAM_PINNED_VERSION = "1.115.0"
# When that version was made: the date of the files in its wheel.
SAM_DATA_DATE = "2026-10-12"
SAM_PROVENANCE = f"aws-sam-translator {SAM_PINNED_VERSION} (licence Apache-2.0), data of {SAM_DATA_DATE}"

# Types whose logical ids SAM ends with a hash.
SAM_HASHED = re.compile(r"::(Version|Deployment|LayerVersion|DomainName)$")


def sam_package():
    """The folder of the installed package; refuses any version but the pinned one."""
    try:
        import samtranslator
    except ImportError:
        refuse("aws-sam-translator is not installed")
    if samtranslator.__version__ != SAM_PINNED_VERSION:
        refuse(f"aws-sam-translator {samtranslator.__version__} is installed, not {SAM_PINNED_VERSION}")
    return Path(samtranslator.__file__).parent


def sam_resources(source):
    """The resources that SAM makes of a template."""
    from types import SimpleNamespace

    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    sam_package()
    from samtranslator.translator.transform import transform
    from samtranslator.yaml_helper import yaml_parse

    return transform(yaml_parse(source.read_text()), {}, SimpleNamespace(load=dict))["Resources"]


def sam_documents(source):
    """The OpenAPI documents that SAM makes of a template, with their security alone: schemes and requirements, without scopes."""

    def scheme(written):
        authorizer = written.get("x-amazon-apigateway-authorizer") or {}
        return authorizer.get("type") or written.get("x-amazon-apigateway-authtype") or written.get("name")

    def security(operation):
        if "Fn::If" in operation:
            return {"Fn::If": [security(branch) for branch in operation["Fn::If"][1:]]}
        return [sorted(requirement) for requirement in operation.get("security") or []]

    documents = {}
    for name, resource in sam_resources(source).items():
        body = resource.get("Properties", {}).get("Body")
        if body is None:
            continue
        sections = {
            "securityDefinitions": body.get("securityDefinitions"),
            "securitySchemes": body.get("components", {}).get("securitySchemes"),
        }
        documents[name] = {
            section: {key: scheme(value) for key, value in sorted(schemes.items())}
            for section, schemes in sections.items()
            if schemes
        }
        for path, item in sorted(body["paths"].items()):
            for method, operation in sorted(item.items()):
                if isinstance(operation, dict) and method != "options":
                    documents[name][f"{method} {path}"] = security(operation)
    return json.dumps(documents, indent=1, sort_keys=True) + "\n"


def sam_translation(source):
    """What SAM makes of a template: its resources without OpenAPI documents, and without the hashes in their logical ids."""
    resources = sam_resources(source)
    text = json.dumps(resources, default=str)
    for name, resource in resources.items():
        if SAM_HASHED.search(resource["Type"]):
            text = text.replace(name, re.sub("[0-9a-f]{10}$", "", name))
    resources = json.loads(text)
    for resource in resources.values():
        resource.get("Properties", {}).pop("Body", None)
    lines = [f"{json.dumps(name)}:{json.dumps(resources[name], separators=(',', ':'))}" for name in sorted(resources)]
    return "{" + ",\n".join(lines) + "}\n"


def sam_policy_templates():
    """The policy documents of SAM's policy templates."""
    path = sam_package() / "policy_templates_data" / "policy_templates.json"
    templates = json.loads(path.read_text())["Templates"]
    lines = [
        f"# Generated by scripts/facts.py from {SAM_PROVENANCE}. Do not edit.",
        "# TEMPLATE DOCUMENT, sorted by template. `Ref` in a document names a parameter of the template.",
    ]
    lines += [f"{name} {json.dumps(templates[name]['Definition'], separators=(',', ':'))}" for name in sorted(templates)]
    return "\n".join(lines) + "\n"


def sam_connectors():
    """What SAM's connectors grant, and how they name what they connect."""
    path = sam_package() / "model" / "connector_profiles" / "profiles.json"
    profiles = json.loads(path.read_text())
    lines = dict(profiles["CfnResourceProperties"])
    for source, destinations in profiles["Permissions"].items():
        for destination, profile in destinations.items():
            lines[f"{source}>{destination}"] = {key: profile[key] for key in ("Type", "Properties")}
    header = [
        f"# Generated by scripts/facts.py from {SAM_PROVENANCE}. Do not edit.",
        "# SOURCE>DESTINATION PROFILE for connectors, and TYPE ATTRIBUTES for what they connect, sorted. `%{...}` is a variable.",
    ]
    return "\n".join([*header, *(f"{name} {json.dumps(lines[name], separators=(',', ':'))}" for name in sorted(lines))]) + "\n"


def sam_types():
    """The properties of SAM's resource types and of their events: what the transform accepts."""
    sam_package()
    from samtranslator.model import SamResourceMacro, sam_resources
    from samtranslator.model.eventsources import cloudwatchlogs, pull, push, scheduler
    from samtranslator.model.stepfunctions import events as steps

    def classes(*modules):
        for module in modules:
            for each in vars(module).values():
                if isinstance(each, type) and getattr(each, "resource_type", None):
                    yield each

    lines = {}
    for each in classes(sam_resources):
        if issubclass(each, SamResourceMacro):
            lines[each.resource_type] = each.property_types
    for resource, modules in {"Function": [cloudwatchlogs, pull, push, scheduler], "StateMachine": [scheduler, steps]}.items():
        for each in classes(*modules):
            # The modules also have the CloudFormation types that events become.
            if "::" not in each.resource_type:
                lines[f"{resource}/{each.resource_type}"] = each.property_types
    header = [
        f"# Generated by scripts/facts.py from {SAM_PROVENANCE}. Do not edit.",
        "# TYPE PROPERTY..., and RESOURCE/EVENT PROPERTY... for the events of functions and state machines, sorted by type.",
    ]
    return "\n".join([*header, *(" ".join([name, *sorted(lines[name])]) for name in sorted(lines))]) + "\n"


# ---- Properties of resource types ------------------------------------------------------------------------------------


def merged(schema, node):
    """The node with what its `oneOf`, `anyOf` and `allOf` add to it: a property or value that any branch allows exists."""
    node = dict(resolve(schema, node))
    own_values = node.get("enum")
    is_open = False
    for word in ("oneOf", "anyOf", "allOf"):
        for branch in node.pop(word, []):
            if isinstance(branch, dict):
                branch = merged(schema, branch)
                # A branch accepts other strings, next to one that lists some: nothing is excluded.
                is_open |= word != "allOf" and "enum" not in branch and bool({"type", "pattern"} & set(branch))
                for key, value in branch.items():
                    if key in ("properties", "patternProperties"):
                        # The node's own definition is the fuller one; branches often only have `required`.
                        node[key] = {**value, **node.get(key, {})}
                    elif key == "enum":
                        node[key] = [*node.get(key, []), *(each for each in value if each not in node.get(key, []))]
                    else:
                        node.setdefault(key, value)
    if is_open and own_values is None:
        node.pop("enum", None)
    return node


# Words next to a reference that would add to what it refers to. Others describe it or limit its values.
SHAPES = {"properties", "patternProperties", "items", "enum", "enumCaseInsensitive", "oneOf", "anyOf", "allOf"}
# A value of an enumeration, as the line format can hold it.
VALUE = "[A-Za-z0-9_ /:.*-]*"
SCALARS = {"string": "s", "integer": "i", "number": "n", "boolean": "b"}


def extract_node(schema, node):
    """What a node of a schema is, as a pair of its kind and what it contains; a scalar is its letter, a reference a list."""
    reference = node.get("$ref", "")
    if reference.startswith("#/definitions/") and not SHAPES & set(node):
        return [reference.removeprefix("#/definitions/")]
    node = merged(schema, node)
    if "items" in node and isinstance(node["items"], dict):
        return "array", extract_node(schema, node["items"])
    if node.get("properties"):
        return "object", {name: extract_node(schema, node["properties"][name]) for name in sorted(node["properties"])}
    if node.get("patternProperties"):
        return "map", extract_node(schema, next(iter(node["patternProperties"].values())))
    # Values that the line format cannot hold exclude nothing: rate(15minutes).
    values = node.get("enumCaseInsensitive", node.get("enum", []))
    if any(not re.fullmatch(VALUE, str(value)) for value in values):
        return SCALARS.get(node.get("type"), "*")
    # If both exist, CloudFormation accepts the one in any case.
    if "enumCaseInsensitive" in node:
        return "enum in any case", sorted(node["enumCaseInsensitive"], key=str)
    if "enum" in node:
        return "enum", sorted(node["enum"], key=str)
    kind = node.get("type")
    return SCALARS.get(kind, "*") if isinstance(kind, str) else "*"


def type_line(type_name, schema):
    """A type's line of data/schemas.txt."""
    definitions = {
        name: extract_node(schema, node) for name, node in schema.get("definitions", {}).items() if isinstance(node, dict)
    }
    root = extract_node(schema, {"properties": schema.get("properties", {})})
    objects = [root[1] if isinstance(root, tuple) else {}]
    numbers = {}

    def number(inside, key):
        """The number of an object; one that has a name is written once."""
        if key is None or key not in numbers:
            objects.append(inside)
            numbers[key] = len(objects) - 1
            return len(objects) - 1
        return numbers[key]

    def text(node, key=None):
        if isinstance(node, list):
            [name] = node
            return text(definitions[name], name)
        if isinstance(node, str):
            return node
        kind, inside = node
        match kind:
            case "object":
                return str(number(inside, key))
            case "array":
                return "[" + text(inside)
            case "map":
                return "<" + text(inside)
            case "enum":
                return "(" + "|".join(plain(str(value), VALUE) for value in inside) + ")"
            case "enum in any case":
                return "~" + text(("enum", inside))

    def plain(word, pattern):
        if not re.fullmatch(pattern, word):
            sys.exit(f"facts.py: {type_name}: the line format cannot hold {word!r}")
        return word

    pointers = schema.get("readOnlyProperties", [])
    read_only = sorted(pointer.removeprefix("/properties/").replace("/", ".") for pointer in pointers)
    sections = []
    # Writing one may number further ones.
    for properties in objects:
        names = [f"{plain(name, '[A-Za-z0-9_]+')}:{text(properties[name])}" for name in sorted(properties)]
        sections.append(",".join(names))
    return f"{type_name} {';'.join(sections)};{','.join(plain(path, '[A-Za-z0-9_.*]+') for path in read_only)}"


def schema_lines(schemas):
    lines = [
        f"# Generated by scripts/facts.py from {PROVENANCE}. Do not edit.",
        "# TYPE PROPERTIES;OBJECT;...;READ-ONLY, sorted by type. src/facts/schema.rs explains it.",
    ]
    lines += [type_line(type_name, schema) for type_name, schema in schemas.items()]
    return "\n".join(lines) + "\n"


# ---- What an update replaces ----------------------------------------------------------------------------------------


def replacement(schemas):
    """The properties that CloudFormation cannot change in place, by type."""

    def paths(schema, key):
        pointers = set(schema.get(key, [])) - set(schema.get("readOnlyProperties", []))
        found = sorted(pointer.removeprefix("/properties/").replace("/", ".") for pointer in pointers)
        for path in found:
            if not re.fullmatch(r"[A-Za-z0-9_.*]+", path):
                sys.exit(f"facts.py: a path that the line format cannot hold: {path}")
        return ",".join(found)

    lines = [
        f"# Generated by scripts/facts.py from {PROVENANCE}. Do not edit.",
        "# TYPE PATH,...;PATH,..., sorted by type: the properties whose change replaces the resource (createOnlyProperties), and those whose",
        "# change may (conditionalCreateOnlyProperties). A type that is absent has none. `*` is any item of a list or map.",
    ]
    for type_name, schema in schemas.items():
        always, maybe = paths(schema, "createOnlyProperties"), paths(schema, "conditionalCreateOnlyProperties")
        if always or maybe:
            lines.append(f"{type_name} {always};{maybe}")
    return "\n".join(lines) + "\n"


# ---- Lifecycles -----------------------------------------------------------------------------------------------------


def lambda_runtimes(data, schemas):
    """The day on which each runtime of Lambda is deprecated, and the runtimes without one that functions accept."""
    runtimes = json.loads((data / "AdditionalSpecs" / "LmbdRuntimeLifecycle.json").read_text())
    for name in schemas["AWS::Lambda::Function"]["properties"]["Runtime"]["enum"]:
        runtimes.setdefault(name, {"deprecated": None})
    lines = [
        f"# Generated by scripts/facts.py from {PROVENANCE}. Do not edit.",
        "# RUNTIME DATE, sorted: when AWS deprecates the runtime and ends its security patches; `-` where no day is known.",
        "#",
        f"# As of: {DATA_DATE}",
    ]
    return "\n".join([*lines, *(f"{name} {runtimes[name]['deprecated'] or '-'}" for name in sorted(runtimes))]) + "\n"


# ---- Candidates for data/names.txt ----------------------------------------------------------------------------------


def print_name_candidates(schemas, prefix):
    """One type a line: what identifies it, then its writable top-level properties that end in Name, Identifier or Id.

    `!` required, `^` cannot change without replacing the resource, `*` part of the primary identifier.
    """
    for type_name, schema in schemas.items():
        if not type_name.startswith(prefix):
            continue
        pointer = "/properties/"
        read_only = set(schema.get("readOnlyProperties", []))
        create_only = set(schema.get("createOnlyProperties", []))
        identifier = schema.get("primaryIdentifier", [])
        words = []
        for name in schema.get("properties", {}):
            if pointer + name in read_only:
                continue
            if re.search(r"(Name|Identifier|Id)$", name) or pointer + name in identifier:
                marks = "!" * (name in schema.get("required", [])) + "^" * (pointer + name in create_only)
                words.append(name + marks + "*" * (pointer + name in identifier))
        identifiers = [
            "+".join(each.removeprefix(pointer) for each in alternative)
            for alternative in [identifier, *schema.get("additionalIdentifiers", [])]
        ]
        print(type_name, "|", " or ".join(identifiers), "|", " ".join(words))


# ---- What changes ---------------------------------------------------------------------------------------------------

# A table that loses more of its entries than this is not written.
MOST_REMOVED = 0.02
SHOWN_REMOVED = 20


def entries(name, text):
    """What a table has, by key: each IAM action, each line of another table by its first word, each key of JSON."""
    if name.endswith(".json"):
        return {key: json.dumps(value) for key, value in json.loads(text or "{}").items()}
    found = {}
    for line in text.splitlines():
        key, _, rest = line.partition(" ")
        if key == "#":
            continue
        if name == "data/iam-actions.txt":
            service = key.partition(":")[0]
            for action in rest.split():
                found[f"{service}:{re.split('[!=]', action)[0]}"] = action
        else:
            # The place of a type's schema moves whenever one before it grows.
            found[key] = re.sub(r" ?@\d+$", "", rest)
    return found


# ---- What is old ----------------------------------------------------------------------------------------------------

# Tables that are kept by hand, and say `As of:`, are looked at again after so many days.
REVIEWED_EVERY = 183


def old_pins():
    """The pins that PyPI has newer versions of."""
    old = []
    for package, pin in {"cfn-lint": PINNED_VERSION, "aws-sam-translator": SAM_PINNED_VERSION}.items():
        command = [sys.executable, "-m", "pip", "index", "versions", package]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        newest = re.search(rf"^{package} \(([^)]+)\)", answer.stdout, re.MULTILINE)
        if not newest:
            old.append(f"could not ask PyPI for the versions of {package}: {answer.stderr.strip()}")
        elif newest[1] != pin:
            old.append(f"{package} {newest[1]} is out; the facts are pinned to {pin}")
    return old


def old_tables():
    """The tables that were reviewed long ago."""
    old = []
    for path in sorted((ROOT / "data").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        date = re.search(r"^# As of: (\S+)$", text, re.MULTILINE)
        if date and not text.startswith("# Generated"):
            age = (datetime.date.today() - datetime.date.fromisoformat(date[1])).days
            if age > REVIEWED_EVERY:
                old.append(f"data/{path.name} is of {date[1]}, {age} days ago; review it")
    return old


# ---- The command line -----------------------------------------------------------------------------------------------


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--compare", action="store_true", help="compare instead of writing")
    mode.add_argument("--check", action="store_true", help="compare, and tell which pins and tables are old")
    mode.add_argument("--names", metavar="PREFIX", nargs="?", const="", help="print candidates for data/names.txt")
    parser.add_argument("--shrink", metavar="FILE", action="append", default=[], help="write FILE even if it loses many entries")
    arguments = parser.parse_args()

    if arguments.check:
        old = old_pins() + old_tables()
        for message in old:
            print(f"facts.py: {message}", file=sys.stderr)
    data = package_data()
    schemas = load_schemas(data)
    if arguments.names is not None:
        print_name_candidates(schemas, arguments.names)
        return

    stateful = set(json.loads((data / "AdditionalSpecs" / "StatefulResources.json").read_text())["ResourceTypes"])
    policies = limiting(json.loads((data / "AdditionalSpecs" / "Policies.json").read_text()))
    properties = schema_lines(schemas)
    outputs = {
        "data/resource-types.txt": resource_types(schemas, stateful, properties),
        "data/iam-actions.txt": iam_actions(policies),
        "data/iam-resources.txt": iam_resources(policies),
        "data/lambda-runtimes.txt": lambda_runtimes(data, schemas),
        "data/replacement.txt": replacement(schemas),
        "data/schemas.txt": properties,
        "data/sam-connectors.txt": sam_connectors(),
        "data/sam-policy-templates.txt": sam_policy_templates(),
        "data/sam-types.txt": sam_types(),
        "tests/data/serverless.json": sam_translation(ROOT / "tests" / "data" / "serverless.yaml"),
        "tests/data/documents.json": sam_documents(ROOT / "tests" / "data" / "documents.yaml"),
    }
    stale = []
    refused = []
    for name, text in outputs.items():
        path = ROOT / name
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        if arguments.compare or arguments.check:
            if before != text:
                stale.append(name)
            continue
        old, new = entries(name, before), entries(name, text)
        added, removed = new.keys() - old.keys(), old.keys() - new.keys()
        changed = sum(old[key] != new[key] for key in old.keys() & new.keys())
        print(f"{name}: {len(old)} -> {len(new)} entries: {len(added)} added, {len(removed)} removed, {changed} changed")
        for key in sorted(removed)[:SHOWN_REMOVED]:
            print(f"  - {key}")
        shrinks = len(removed) > MOST_REMOVED * len(old) or len(text) < (1 - MOST_REMOVED) * len(before)
        if not new or shrinks:
            if name not in arguments.shrink:
                refused.append(name)
                continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if refused:
        sys.exit(
            f"facts.py: not written, because more than {MOST_REMOVED:.0%} of what they had went: {', '.join(refused)}."
            " Either the package's layout has changed, or pass --shrink FILE after a review"
        )
    if stale:
        sys.exit(f"facts.py: not what cfn-lint {PINNED_VERSION} gives; run scripts/facts.py: {', '.join(stale)}")
    if arguments.check and old:
        sys.exit(4)


if __name__ == "__main__":
    main()
