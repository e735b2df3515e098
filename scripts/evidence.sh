#!/bin/sh
# Measures the shipped bundles with every probe and rewrites docs/evidence and the tables of the readmes.
# RAIOX_DATASETS names the data sets, RAIOX_EVIDENCE_SPLIT the split (default: test), RAIOX_EVIDENCE_SAMPLE how
# many images a costly probe takes (default: 300), RAIOX_EVIDENCE_BUNDLES the bundles (default: all three).
# A bundle is measured again only when the bundle, the split, the data or the measuring code has changed.
# All three took about 16 minutes on two cores (the DenseNet with a sample of 150).
set -eu
cd "$(dirname "$0")/.."
. scripts/environment.sh

split=${RAIOX_EVIDENCE_SPLIT:-test}
sample=${RAIOX_EVIDENCE_SAMPLE:-300}
bundles=${RAIOX_EVIDENCE_BUNDLES:-frontal_filter densenet mobilenet}
build=build/evidence

[ -f "${RAIOX_DATASETS:-}/chest/manifest.csv" ] || fail "RAIOX_DATASETS must name the folder of chest/ and filter/"

# The training environment can shuffle weights and take gradients; without it those metrics are left out.
python=.venv/bin/python
[ -x .venv-train/bin/python ] && python=.venv-train/bin/python

# Everything but report and cards of the bundle: new ones are no reason to measure again.
state_of() { # bundle
    {
        printf '%s %s %s %s\n' "$1" "$split" "$sample" "$python"
        cat "src/raiox/models/$1/model.onnx" "$RAIOX_DATASETS/chest/manifest.csv" "$RAIOX_DATASETS/filter/manifest.csv"
        grep -vE '"(report\.json|card.*\.md)"' "src/raiox/models/$1/manifest.json" | tr -d '\n, '
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
        say "$bundle: measuring on $split, probes on $sample images each"
        "$python" -c "from raiox.cli.app import main; main()" evaluate "$folder" --split "$split" --probe all --sample "$sample" \
            --out "$out" --into-bundle >/dev/null
        printf '%s\n' "$state" >"$out/.state"
    fi
    cp "$out"/report.md "$out"/*.svg "docs/evidence/$bundle/"
done

"$python" scripts/docs/cards.py
"$python" scripts/docs/evidence.py
