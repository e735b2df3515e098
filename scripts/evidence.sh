#!/bin/sh
# Measures the shipped bundles with every probe and rewrites what docs/evidence and the readmes tell of
# them. RAIOX_DATASETS names the data sets; RAIOX_EVIDENCE_PART the part (test). What has not changed since it
# was measured is not measured again: bundle, part, data and code of the measurement are compared.
# RAIOX_EVIDENCE_SAMPLE (300) is how many cases a costly probe asks, RAIOX_EVIDENCE_BUNDLES which bundles are
# measured. All three took about 16 minutes on two cores (the DenseNet with a sample of 150).
set -eu
cd "$(dirname "$0")/.."
. scripts/environment.sh

part=${RAIOX_EVIDENCE_PART:-test}
sample=${RAIOX_EVIDENCE_SAMPLE:-300}
bundles=${RAIOX_EVIDENCE_BUNDLES:-frontal_filter densenet mobilenet}
build=build/evidence

[ -f "${RAIOX_DATASETS:-}/chest/manifest.csv" ] || fail "RAIOX_DATASETS must name the folder of chest/ and filter/"

# The training environment can shuffle weights and take gradients; the service's leaves those figures out.
python=.venv/bin/python
[ -x .venv-train/bin/python ] && python=.venv-train/bin/python

# The report that a bundle carries is no reason to measure it again.
state_of() { # bundle
    {
        printf '%s %s %s %s\n' "$1" "$part" "$sample" "$python"
        cat "src/raiox/models/$1/model.onnx" "$RAIOX_DATASETS/chest/manifest.csv" "$RAIOX_DATASETS/filter/manifest.csv"
        grep -v '"report.json"' "src/raiox/models/$1/manifest.json" | tr -d '\n, '
        find src/raiox/lab/evaluation src/raiox/lab/metrics src/raiox/lab/datasets src/raiox/preprocessing.py -name '*.py' | LC_ALL=C sort | xargs cat
    } | cksum
}

for bundle in $bundles; do
    folder=src/raiox/models/$bundle
    [ -d "$folder" ] || continue
    out=$build/$bundle
    mkdir -p "$out" "docs/evidence/$bundle"
    state=$(state_of "$bundle")
    if is_done "$out/.state" "$state" && [ -f "$out/report.json" ]; then
        say "$bundle: measured already"
    else
        say "$bundle: measuring on $part, probes on $sample cases each"
        "$python" -c "from raiox.cli.app import main; main()" evaluate "$folder" --part "$part" --probe all --sample "$sample" \
            --out "$out" --into-bundle >/dev/null
        printf '%s\n' "$state" >"$out/.state"
    fi
    cp "$out"/report.md "$out"/*.svg "docs/evidence/$bundle/"
done

"$python" scripts/evidence.py
