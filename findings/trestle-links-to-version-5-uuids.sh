#!/usr/bin/env bash
# compliance-trestle 5.2.0 (PyPI), seen in November 2026.
#
# OSCAL's UUIDs are of version 4 or 5, and trestle reads both. Version 5 follows from a name, so that the same input gives the same
# document. A good engineer would expect that links to resources of the back matter are found in either case. `trestle validate` finds
# those to UUIDs of version 4 only: about a document with version 5, it warns that its resources are not referenced, and about a link that
# leads nowhere, it does not warn.
#
# Output seen: "version 4: 0 warnings" and "version 5: 1 warnings". Exits 0 while the behavior is this, 1 when it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check compliance-trestle==5.2.0
export PATH="$folder/venv/bin:$PATH"
catalog() {
  cat << JSON
{
  "catalog": {
    "uuid": "6a7ab1a4-3b1f-4c6e-9a55-0d8f0e3d7c11",
    "metadata": {
      "title": "One link", "last-modified": "2026-11-28T00:00:00+00:00", "version": "1", "oscal-version": "1.2.1",
      "links": [{ "href": "#$1", "rel": "reference" }]
    },
    "back-matter": { "resources": [{ "uuid": "$1", "title": "The target" }] }
  }
}
JSON
}
warnings() {
  mkdir "$folder/$1"
  cd "$folder/$1"
  trestle init > /dev/null 2>&1
  mkdir catalogs/one
  catalog "$2" > catalogs/one/catalog.json
  trestle validate --all > output 2>&1
  grep -q '^VALID' output
  number=$(grep -c 'are not referenced by model' output || true)
  echo "version $1: $number warnings"
}
warnings 4 0a7ab1a4-3b1f-4c6e-9a55-0d8f0e3d7c12 | tee "$folder/four"
warnings 5 0a7ab1a4-3b1f-5c6e-9a55-0d8f0e3d7c12 | tee "$folder/five"
grep -q '^version 4: 0 ' "$folder/four" && grep -q '^version 5: 1 ' "$folder/five"
