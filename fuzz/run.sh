#!/usr/bin/env bash
# Runs the fuzzers, all at the same time, for so many seconds each: fuzz/run.sh SECONDS [TARGET…]. Needs nightly Rust and a C++ compiler.
# The seeds are the fixtures, the examples, and the rules. An input with a fault is in fuzz/artifacts/TARGET; once it is fixed, it belongs
# into fuzz/regressions/TARGET. New inputs that reach new code stay in fuzz/corpus/TARGET, for the next run.
set -euo pipefail
cd "$(dirname "$0")"

seconds=${1:?how many seconds?}
shift
targets=("$@")
((${#targets[@]})) || targets=(json yaml edit local lint config structured)
triple=$(rustc +nightly -vV | sed -n 's/^host: //p')

# What `cargo fuzz build --sanitizer none` passes: counters of branches and comparisons. No sanitizer of addresses, since no code is unsafe.
# The target is named, so that build scripts are built without the counters.
RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4"
RUSTFLAGS+=" -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table"
RUSTFLAGS+=" -Cllvm-args=-sanitizer-coverage-trace-compares -Cllvm-args=-simplifycfg-branch-fold-threshold=0"
RUSTFLAGS=$RUSTFLAGS cargo +nightly build --release --locked --target "$triple"

# Copies files under names of their own, with a text before them: seed TARGET PREFIX FILE…
seed() {
  local to=corpus/$1 prefix=$2 file name
  shift 2
  for file in "$@"; do
    name=${file//\//-}
    [[ -e $to/$name ]] || { printf '%s' "$prefix"; cat "$file"; } > "$to/${name#..-}"
  done
}

for target in "${targets[@]}"; do mkdir -p "corpus/$target" "artifacts/$target" "regressions/$target"; done
mapfile -t json < <(find ../fixtures ../examples ../tests/sam ../tests/engine/syntax/templates -name '*.json' -size -64k)
mapfile -t yaml < <(find ../fixtures ../examples ../tests/sam ../tests/engine/syntax/templates -name '*.y*ml' -size -64k)
mapfile -t rules < <(find ../rules -name '*.yaml' -size -24k)
for target in "${targets[@]}"; do
  case $target in
    json) seed json '' "${json[@]}" ;;
    yaml) seed yaml '' "${yaml[@]}" ;;
    edit | local) seed "$target" 'these choose changes, 32 letters' "${json[@]}" "${yaml[@]}" ;;
    lint) seed lint '' "${json[@]}" "${yaml[@]}" ;;
    config)
      seed config r "${rules[@]}"
      mapfile -t configurations < <(find .. -name 'hipaalint.yaml' -not -path '*/target/*' -not -path './*')
      seed config c "${configurations[@]}"
      mapfile -t toml < <(find ../fixtures -name '*.toml')
      seed config s "${toml[@]}"
      ;;
    structured) [[ -n $(ls corpus/structured) ]] || head -c 400 run.sh > corpus/structured/bytes ;;
  esac
done

failed=()
declare -A running
for target in "${targets[@]}"; do
  # So long for one input is a cliff, and so much memory a leak.
  "target/$triple/release/$target" "corpus/$target" "regressions/$target" -dict=cloudformation.dict -artifact_prefix="artifacts/$target/" \
    -max_total_time="$seconds" -max_len=16384 -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 > "artifacts/$target.log" 2>&1 &
  running[$target]=$!
done
for target in "${targets[@]}"; do
  wait "${running[$target]}" || failed+=("$target")
  echo "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "artifacts/$target.log") executions"
done
for target in "${failed[@]}"; do
  echo "$target FAILED:"
  grep -av '^#\|^NEW\|^INFO' "artifacts/$target.log" | tail -40
done
((${#failed[@]} == 0))
