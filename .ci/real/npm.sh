#!/usr/bin/env bash
# Builds the npm packages around a program for this machine, and uses them as a person would: installed from their tarballs in a clean
# folder, offline. Needs Node.js and, to compile @hipaalint/cdk, the network; writes into a temporary folder only. Not a part of CI.
#
#   .ci/real/npm.sh [BINARY]
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
binary=$(realpath "${1:-$root/target/debug/hipaalint}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

check() {
  local name=$1
  shift
  if "$@"; then echo "as expected: $name"; else echo "DIFFERENT: $name"; failed=1; fi
}

. "$root/.ci/real/packages.sh"
pack "$root" "$binary" "$work"
cd "$work"

packed() { tar tzf "out/$1" | sort | tr '\n' ' '; }
check "the platform's package has the program and nothing else" test "$(packed "hipaalint-cli-$platform-$version.tgz")" = \
  "package/LICENSE-APACHE package/LICENSE-MIT package/README.md package/bin/hipaalint package/package.json "
check "no package has a script" test -z "$(for file in out/*.tgz; do tar xzOf "$file" package/package.json; done | grep '"scripts"\|"private"\|"0\.0\.0"')"

# With every package, and without that of the platform.
install() {
  mkdir "$1"
  cd "$work/$1"
  npm init --yes > /dev/null
  shift
  npm install --offline --silent --no-audit --no-fund --ignore-scripts "$@"
  cd "$work"
}
install clean "$work/out/hipaalint-cli-$platform-$version.tgz" "$work/out/hipaalint-$version.tgz"
install bare --omit=optional "$work/out/hipaalint-$version.tgz"
hipaalint() { (cd "$work/clean" && npx --offline hipaalint "$@"); }
code() { local code=0; "$@" > output 2>&1 || code=$?; echo "$code"; }

check "npx hipaalint --version" test "$(hipaalint --version)" = "hipaalint $version"
check "exit code 0" test "$(code hipaalint "$root/fixtures/reference")" = 0
check "exit code 1" test "$(code hipaalint "$root/examples/patient-records.yaml")" = 1
check "exit code 2" test "$(code hipaalint nowhere.yaml)" = 2
check "standard input" test "$(hipaalint --quiet - < "$root/fixtures/reference/TapStack.json")" = ""
cp "$root/fixtures/reference/TapStack.json" "$work/clean/a 'b' \"c\" \$d é.json"
check "arguments as they are" test "$(hipaalint --format json "a 'b' \"c\" \$d é.json" | node -p 'JSON.parse(fs.readFileSync(0, "utf8")).summary.templates')" = 1
check "the path of the program" test "$(cd clean && node -p "require('hipaalint').binary()")" = \
  "$work/clean/node_modules/@hipaalint/cli-$platform/bin/hipaalint"

# A signal reaches the program, and the end of the program is that of the command.
for signal in TERM INT; do
  hold=$(mktemp -u "$work/hold.XXXXXX")
  mkfifo "$hold"
  (cd clean && exec node node_modules/hipaalint/bin/hipaalint.js lsp < "$hold" > /dev/null 2>&1) &
  command=$!
  exec 9> "$hold"
  for _ in $(seq 50); do
    program=$(ps -o pid= --ppid "$command" | tr -d ' ' || true)
    [[ -n $program ]] && break
    sleep 0.1
  done
  kill -s "$signal" "$command"
  status=0
  wait "$command" || status=$?
  exec 9>&-
  check "SIG$signal ends both (exit status $status)" test "$status" = "$((128 + $(kill -l "$signal")))"
  check "SIG$signal leaves no program behind" test ! -e "/proc/$program"
done

check "without the platform's package: exit code 2" test "$(cd bare && code npx --offline hipaalint --version)" = 2
check "without the platform's package: what to install" grep --quiet "npm install --include=optional" bare/output
cat bare/output
exit "$failed"
