#!/usr/bin/env bash
# Trains the sample models again, to the same bits: sample-app/train.sh DATA   (DATA holds fashion-mnist/*-ubyte and uci/optdigits.*)
# Afterwards `git status` shows no change in sample-app/models.
set -euo pipefail
[ $# = 1 ] || { echo "usage: $0 DATA" >&2; exit 1; }
data=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
runs=$(mktemp -d)
# BNN_RUNS keeps the run folders.
if [ -n "${BNN_RUNS:-}" ]; then runs=$BNN_RUNS; else trap 'rm -rf "$runs"' EXIT; fi
dotnet build -c Release src/Bnn.Trainer -v q --nologo
bnn() { dotnet src/Bnn.Trainer/bin/Release/net10.0/bnn.dll "$@"; }

bnn train fashion-mnist --data-dir "$data" --out "$runs/fashion-mlp" --name fashion-mlp --arch mlp-s --encoding thermometer-2 --epochs 40 --learning-rate 0.02 --flip --batch-norm-scale --seed 1
bnn prune "$runs/fashion-mlp" --data-dir "$data" --out "$runs/fashion-mlp-pruned" --name fashion-mlp-pruned --channels 0.4 --epochs 20 --learning-rate 0.01 --seed 1
bnn train optdigits --data-dir "$data" --out "$runs/optdigits" --name optdigits --arch "dense-32 scores" --encoding thermometer-2 --epochs 150 --seed 1
for model in fashion-mlp fashion-mlp-pruned optdigits; do
  cp "$runs/$model/model.bnn" "sample-app/models/$model.bnn"
done
