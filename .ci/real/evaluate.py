"""Compares the values of templates with those of other evaluators: evaluate.py BINARY TEMPLATE..."""

import collections
import json
import pathlib
import subprocess
import sys
import warnings

import yaml
from cloudformation_validate import TemplateModel
from moto.cloudformation import parsing
from moto.cloudformation.utils import yaml_tag_constructor

warnings.simplefilter("ignore")

ENDINGS = {".json", ".yaml", ".yml", ".template"}
ACCOUNT, REGION, STACK = "123456789012", "us-east-1", "teststack"
STACK_ID = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK}/51af3dc0-da77-11e4-872e-1234567db123"
PSEUDO = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Region": REGION,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackName": STACK,
    "AWS::StackId": STACK_ID,
}

ABSENT = object()


class Unknown:
    """Something that is known only at deployment. Of two unknown values nothing is compared but that they are unknown."""

    def __repr__(self):
        return "?"


UNKNOWN = Unknown()
# Ours hides secrets, wherever they are.
SECRET = Unknown()


class Several(list):
    """Alternatives."""


# Ours


def evaluated(binary, file, parameters):
    """The values of a template as CloudFormation would deploy it: {section: {name: value}}; none if it is not evaluated."""
    pinned = [word for name, value in parameters.items() for word in ("--parameter", f"{name}={value}")]
    ran = subprocess.run(
        [binary, "evaluate", file, "--no-config", "--format", "json", *pinned], capture_output=True, text=True, check=False
    )
    if not ran.stdout.strip():
        return None
    sections = collections.defaultdict(dict)
    # Values that a parameter does not accept.
    sections["refused"] = "CloudFormation refuses" in ran.stderr
    for part in json.loads(ran.stdout)["deployments"][0]["parts"]:
        sections[part["section"]][part["name"]] = ours(part["value"])
    return sections


def ours(value):
    alternatives = [content(one["content"]) for one in value["alternatives"]]
    if not alternatives:
        return ABSENT
    if value["note"]:
        return UNKNOWN
    return alternatives[0] if len(alternatives) == 1 else Several(alternatives)


def content(content):
    match content:
        case None:
            return ABSENT
        case {"kind": "value", "value": value}:
            return value
        case {"kind": "text", "parts": parts}:
            if any("secret" in part for part in parts):
                return SECRET
            return "".join(part.get("text") or "\0" + part["unknown"] + "\0" for part in parts)
        case {"kind": "list", "items": items}:
            return [ours(item) for item in items]
        case {"kind": "map", "entries": entries}:
            return {entry["key"]: ours(entry["value"]) for entry in entries}


# TemplateModel of cloudformation-validate


def model_value(value):
    match type(value).__name__.rpartition(".")[2]:
        case "CONCRETE":
            return json_value(value.value)
        case "LIST_VALUE":
            return [model_value(item) for item in value.items]
        case "MAP":
            return {entry.key: model_value(entry.value) for entry in value.entries}
        case "ENUM_VALUE":
            return Several(model_value(one) for one in value.variants)
        case "CONDITIONAL":
            return Several([model_value(value.if_true), model_value(value.if_false)])
        case _:
            return UNKNOWN


def json_value(value):
    match type(value).__name__.rpartition(".")[2]:
        case "NULL":
            return ABSENT
        case "ARRAY":
            return [json_value(item) for item in value.items]
        case "OBJECT":
            return {key: json_value(one) for key, one in value.entries.items()}
        case _:
            return value.value


def of_model(file):
    model = TemplateModel(file)
    resources = {name: {"Properties": {key: model_value(value) for key, value in one.properties.items()}} for name, one in model.resources().items()}
    outputs = {name: {"Value": model_value(one.value)} for name, one in model.outputs().items()}
    return {"Resources": resources, "Outputs": outputs}


# moto


class Reference:
    """Stands for a resource that moto would create."""

    def __init__(self, name):
        self.name = name
        self.physical_resource_id = f"\0${{{name}}}\0"

    def get_cfn_attribute(self, attribute):
        return f"\0${{{self.name}.{attribute}}}\0"


class Resources(parsing.ResourceMap):
    """Resources that are not created: only the functions of moto are of interest."""

    def __getitem__(self, key):
        if key not in self._parsed_resources and key in self._resource_json_map:
            return Reference(key)
        return super().__getitem__(key)


def loaded(file):
    text = pathlib.Path(file).read_text()
    try:
        return json.loads(text)
    except ValueError:
        yaml.add_multi_constructor("", yaml_tag_constructor)
        return yaml.load(text, Loader=yaml.Loader)


def of_moto(template, parameters):
    resources = Resources(STACK_ID, STACK, parameters, {}, REGION, ACCOUNT, template, {})
    resources.load_mapping()
    resources.load_parameters()
    resources.load_conditions()

    def attempt(value):
        try:
            return cleaned(parsing.clean_json(value, resources))
        except Exception as error:  # noqa: BLE001
            return Failed(f"{type(error).__name__}: {error}")

    def block(one):
        if not isinstance(one, dict):
            return UNKNOWN
        if "Condition" in one and not resources.lazy_condition_map.get(one["Condition"]):
            return ABSENT
        properties = one.get("Properties")
        return {"Properties": {key: attempt(value) for key, value in properties.items()} if isinstance(properties, dict) else {}}

    blocks = {name: block(one) for name, one in template["Resources"].items()}
    return {"Resources": blocks}


class Failed(Unknown):
    """Something that moto does not compute."""

    def __init__(self, reason):
        self.reason = reason

    def __repr__(self):
        return self.reason


def cleaned(value):
    match value:
        case None:
            return ABSENT
        case dict():
            return {key: cleaned(one) for key, one in value.items()}
        case list():
            return [cleaned(one) for one in value]
        case _:
            return value


def chosen(template):
    """A value for each parameter: its default, an allowed value, or one that fits its type. None if one has to be real."""
    values = {}
    for name, one in (template.get("Parameters") or {}).items():
        kind = str(one.get("Type", "String"))
        default = one.get("Default")
        if default is None and one.get("AllowedValues"):
            default = one["AllowedValues"][0]
        if kind.startswith("AWS::SSM::Parameter::Value"):
            return None
        if default is None:
            default = fitting(kind, name)
        text = str(default).lower() if isinstance(default, bool) else str(default)
        values[name] = text if "Default" in one or "MaxLength" not in one else text[: int(one["MaxLength"])]
    return values


def fitting(kind, name):
    """A value that a type of parameters accepts."""
    if kind.startswith("List<"):
        return fitting(kind[5:-1], name)
    prefixes = {"VPC::Id": "vpc-", "Subnet::Id": "subnet-", "SecurityGroup::Id": "sg-", "Image::Id": "ami-", "Instance::Id": "i-", "Volume::Id": "vol-"}
    for ending, prefix in prefixes.items():
        if kind.endswith(ending):
            return prefix + "0123456789abcdef0"
    fit = {"Number": "1", "CommaDelimitedList": "one,two", "AWS::EC2::AvailabilityZone::Name": REGION + "a"}
    return fit.get(kind, f"given{name}".lower())


# Comparing


def texts(value):
    """A scalar as CloudFormation passes it on."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def is_unknown(value):
    """Whether it is unknown. A dynamic reference is, too: it is resolved at deployment."""
    return isinstance(value, Unknown) or (isinstance(value, str) and ("\0" in value or "{{resolve:" in value))


def flat(value):
    """The alternatives of a value, without alternatives in alternatives."""
    if isinstance(value, Several):
        return [inner for one in value for inner in flat(one)]
    return [value]


def compare(path, one, other, found):
    """Adds (path, ours, theirs) for each value that differs. Alternatives are compared as sets."""
    own, their = flat(one), flat(other)
    scalars = [value for value in own + their if not isinstance(value, (dict, list))]
    if len(scalars) == len(own) + len(their):
        def shown(values):
            return {"?" if is_unknown(value) else "(absent)" if value is ABSENT else texts(value) for value in values}

        first, second = shown(own), shown(their)
        found.append((path, first, second, one, other))
        return
    blocks = [value for value in own if isinstance(value, dict)], [value for value in their if isinstance(value, dict)]
    if len(blocks[0]) == len(own) == 1 and len(blocks[1]) == len(their) == 1:
        for key in dict.fromkeys([*own[0], *their[0]]):
            compare(f"{path}/{key}", own[0].get(key, ABSENT), their[0].get(key, ABSENT), found)
        return
    lists = [value for value in own if isinstance(value, list)], [value for value in their if isinstance(value, list)]
    if len(lists[0]) == len(own) == 1 and len(lists[1]) == len(their) == 1:
        first, second = own[0], their[0]
        if len(first) == len(second):
            for index, (mine, yours) in enumerate(zip(first, second)):
                compare(f"{path}/{index}", mine, yours, found)
        else:
            found.append((path, {f"a list of {len(first)}"}, {f"a list of {len(second)}"}, one, other))
        return
    present = [[value for value in values if value is not ABSENT] for values in (own, their)]
    if len(present[0]) == len(present[1]) and len(own) == len(their) > 1:
        # The same number of blocks: in the order that fits best.
        rest = list(present[1])
        for value in present[0]:
            tries = []
            for yours in rest:
                inner = []
                compare(path, value, yours, inner)
                tries.append((sum(first != second for _, first, second, _, _ in inner), inner, yours))
            _, inner, yours = min(tries, key=lambda one: one[0])
            rest = [one for one in rest if one is not yours]
            found.extend(inner)
        return
    found.append((path, {describe(value) for value in own}, {describe(value) for value in their}, one, other))


def describe(value):
    match value:
        case dict():
            return "a map"
        case list():
            return f"a list of {len(value)}"
        case _ if value is ABSENT:
            return "(absent)"
        case _:
            return "?" if is_unknown(value) else texts(value)


def main():
    binary, *paths = sys.argv[1:]
    files = []
    for path in map(pathlib.Path, paths):
        files += sorted(one for one in path.rglob("*") if one.suffix in ENDINGS) if path.is_dir() else [path]
    counts = {"model": collections.Counter(), "moto": collections.Counter()}
    listed = []
    for file in files:
        try:
            template = loaded(file)
        except Exception:  # noqa: BLE001
            continue
        if not isinstance(template, dict) or not isinstance(template.get("Resources"), dict):
            continue
        for peer, values in (("model", {}), ("moto", chosen(template))):
            if values is None:
                continue
            own = evaluated(binary, str(file), {**PSEUDO, **values})
            if own is None:
                counts[peer]["not evaluated by us"] += 1
                continue
            try:
                other = of_model(str(file)) if peer == "model" else of_moto(template, values)
            except Exception:  # noqa: BLE001
                counts[peer]["refused as a whole"] += 1
                continue
            found = []
            for section, blocks in other.items():
                for name, block in blocks.items():
                    mine = own.get(section, {}).get(name, ABSENT)
                    if block is ABSENT or mine is ABSENT:
                        compare(f"{section}/{name}", mine if mine is ABSENT else "present", block if block is ABSENT else "present", found)
                        continue
                    # A resource that exists for some choices only.
                    present = [one for one in flat(mine) if one is not ABSENT]
                    if not present or not isinstance(present[0], dict):
                        continue
                    key = "Properties" if section == "Resources" else "Value"
                    compare(f"{section}/{name}/{key}", present[0].get(key, {} if key == "Properties" else ABSENT), block[key], found)
            for path, first, second, one, two in found:
                kind = classify(peer, template, path, first, second, one, two)
                if kind == "DIFFERENT" and own["refused"]:
                    kind = "scope: a parameter does not accept the value that this script makes up"
                counts[peer][kind] += 1
                if kind not in ("same",):
                    listed.append((peer, kind, file, path, sorted(first), sorted(second), one, two))
    for peer, kind, file, path, first, second, _, _ in listed:
        print(f"{peer}\t{kind}\t{file}\t{path}\t{first}\t{second}"[:400])
    unknown = [kind for _, kind, *_ in listed if kind == "DIFFERENT"]
    for peer, count in counts.items():
        print(f"\n{peer}: {sum(count.values())} values")
        for kind, number in count.most_common():
            print(f"{number:8} {kind}")
    sys.exit(1 if unknown else 0)


def written(template, path):
    """What is written at a path: the function that computes it, else the value. None if it is not written."""
    node = template
    for step in path.split("/"):
        while isinstance(node, dict) and len(node) == 1 and "Fn::If" in node:
            # Either branch may have it.
            return node
        if isinstance(node, dict) and step in node:
            node = node[step]
        elif isinstance(node, list) and step.isdigit() and int(step) < len(node):
            node = node[int(step)]
        else:
            return node if isinstance(node, dict) and any(is_function(key) for key in node) else None
    return node


def is_function(key):
    return key == "Ref" or str(key).startswith("Fn::")


def calls(node):
    """The names of the functions in what is written, and the names that they refer to."""
    functions, names = set(), set()

    def look(node):
        if isinstance(node, dict):
            for key, value in node.items():
                if is_function(key):
                    functions.add(key)
                    if key == "Ref" and isinstance(value, str):
                        names.add(value)
                    if key == "Fn::Sub":
                        text = value[0] if isinstance(value, list) else value
                        names.update(part.split("}")[0] for part in str(text).split("${")[1:])
                look(value)
        elif isinstance(node, list):
            for item in node:
                look(item)

    look(node)
    return functions, names


CONDITION_FUNCTIONS = {"Fn::And", "Fn::Equals", "Fn::Not", "Fn::Or"}


def classify(peer, template, path, first, second, one, two):
    """The kind of a difference: "scope: ...", or "theirs: ...". Another one is not known, and has to be looked at."""
    if first == second:
        return "same"
    if any(value is SECRET for value in flat(one)):
        return "scope: ours hides a secret"
    transforms = template.get("Transform") or []
    transforms = transforms if isinstance(transforms, list) else [transforms]
    section, name = path.split("/")[:2]
    block = template.get(section, {}).get(name)
    kind = str((block or {}).get("Type", "")) if isinstance(block, dict) else ""
    if kind.startswith("AWS::Serverless::"):
        return "scope: SAM is expanded by ours alone"
    if first == {"(absent)"} and second == {"present"} and kind and peer == "model":
        return "scope: they list resources that no choice deploys"
    if name in ("True", "False", "true", "false"):
        return "scope: a key that YAML 1.1 reads as a boolean"
    functions, names = calls(written(template, path))
    raw = json.dumps(written(template, path), default=str)
    if "Rain::" in raw:
        return "scope: a directive of Rain, which is not CloudFormation"
    parameters = {name: value for name, value in (template.get("Parameters") or {}).items() if name in names}
    if "Fn::GetAZs" in functions:
        return "scope: the Availability Zones of an account, which theirs makes up"
    if functions & CONDITION_FUNCTIONS:
        return "scope: a condition function as a value, which CloudFormation refuses"
    if isinstance(two, Failed):
        if "ExportNotFound" in two.reason:
            return "scope: no other stack is there to import from"
        return f"theirs: fails with {two.reason.split(':')[0]}"
    if name.startswith("Fn::ForEach") or "AWS::LanguageExtensions" in transforms and block is None and peer == "moto":
        return "theirs: loops are not expanded"
    if peer == "model":
        if "DefaultValue" in raw and "?" in second:
            return "theirs: Fn::FindInMap with a default value is left open without the transform"
        if any("AWS::SSM::Parameter::Value" in str(value.get("Type")) for value in parameters.values()):
            return "theirs: the name of a Parameter Store entry is taken for its value"
        if any(name.startswith("Fn::") and name not in KNOWN for name in functions):
            return "theirs: the call of a macro is a map"
        if second < first:
            return "scope: they look at the default of a parameter alone"
        if first < second and any(word in json.dumps(template) for word in PSEUDO):
            return "scope: they leave conditions on pseudo parameters open"
        defaults = [value.get("Default") for value in parameters.values()]
        if "" in defaults and "?" in first and "Conditions" in template:
            return "theirs: a default in a branch whose condition excludes it"
    if peer == "moto":
        if functions & {"Fn::Transform"} or any(name.startswith("Fn::") and name not in KNOWN for name in functions):
            return "theirs: the call of a macro is a map"
        if functions & {"Fn::Cidr", "Fn::Length"}:
            return "theirs: the function is not computed"
        if "AWS::NoValue" in names and any(isinstance(value, list) for value in flat(two)):
            return "theirs: AWS::NoValue stays in a list as null"
        if "Fn::Base64" in functions and first == {"?"} or "Fn::GetAtt" in functions and functions & {"Fn::Select", "Fn::Split"}:
            return "scope: what this script gives for an attribute is encoded or cut"
        if any(str(value.get("Type", "")).startswith(("CommaDelimitedList", "List<")) for value in parameters.values()):
            return "theirs: items of a list parameter keep their spaces"
    return "DIFFERENT"


KNOWN = {
    "Fn::Base64", "Fn::Cidr", "Fn::FindInMap", "Fn::GetAZs", "Fn::GetAtt", "Fn::If", "Fn::ImportValue", "Fn::Join",
    "Fn::Length", "Fn::Select", "Fn::Split", "Fn::Sub", "Fn::ToJsonString",
}  # fmt: skip


if __name__ == "__main__":
    main()
