#!/usr/bin/env bash
# Trains the sample models again, to the same bits: sample-app/train.sh DATA [MODEL ...]
# DATA holds fashion-mnist/*-ubyte, uci/optdigits.* and cifar10/*.bin; without names all models are trained.
# Afterwards `git status` shows no change in sample-app/models and models.
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: $0 DATA [fashion-mlp] [fashion-conv] [optdigits] [cifar-nin]" >&2; exit 1; }
data=$(cd "$1" && pwd)
shift
[ $# -ge 1 ] || set -- fashion-mlp fashion-conv optdigits cifar-nin
cd "$(dirname "$0")/.."
runs=$(mktemp -d)
# BNN_RUNS keeps the run folders.
if [ -n "${BNN_RUNS:-}" ]; then runs=$BNN_RUNS; else trap 'rm -rf "$runs"' EXIT; fi
dotnet build -c Release src/Bnn.Trainer -v q --nologo
bnn() { dotnet src/Bnn.Trainer/bin/Release/net10.0/bnn.dll "$@" --data-dir "$data" --offline; }

for model in "$@"; do
  case $model in
    fashion-mlp) # about two minutes on two cores, with the pruned one
      bnn train fashion-mnist --out "$runs/fashion-mlp" --name fashion-mlp --arch mlp-s --encoding thermometer-2 --epochs 40 --learning-rate 0.02 --flip --batch-norm-scale --surrogate clip --seed 1
      bnn prune "$runs/fashion-mlp" --out "$runs/fashion-mlp-pruned" --name fashion-mlp-pruned --rate 0.4 --epochs 20 --learning-rate 0.01 --seed 1
      cp "$runs/fashion-mlp/model.bnn" sample-app/models/fashion-mlp.bnn
      cp "$runs/fashion-mlp-pruned/model.bnn" sample-app/models/fashion-mlp-pruned.bnn
      ;;
    fashion-conv) # about a quarter of an hour
      bnn train fashion-mnist --out "$runs/fashion-conv" --name fashion-conv --arch conv-s --flip --shift 1 --surrogate clip --seed 1
      cp "$runs/fashion-conv/model.bnn" sample-app/models/fashion-conv.bnn
      ;;
    optdigits) # seconds
      bnn train optdigits --out "$runs/optdigits" --name optdigits --arch "dense-32 scores" --encoding thermometer-2 --epochs 150 --surrogate clip --seed 1
      cp "$runs/optdigits/model.bnn" sample-app/models/optdigits.bnn
      ;;
    cifar-nin) # about ten minutes
      bnn train cifar-10 --out "$runs/cifar-nin" --name cifar-nin --arch nin@0.25 --epochs 6 --flip --shift 2 --surrogate clip --seed 1
      mkdir -p models
      cp "$runs/cifar-nin/model.bnn" models/cifar-nin.bnn
      ;;
    *) echo "no model is called $model" >&2; exit 1 ;;
  esac
done
