using Bnn.Training;

namespace Bnn.Pruning;

/// <summary>Gradients of the loss by binary weights, without any step.</summary>
internal static class WeightGradients
{
    // 100 batches of 96 samples: the mean of more moves little.
    private const int Batches = 100;

    /// <summary>The mean over batches of the training split as the next epoch would show them, <c>[layers][Inputs · Channels]</c>.</summary>
    public static double[][] Mean(TrainingRun run, WorkerPool pool)
    {
        LatentNetwork network = run.Network.Clone();
        var source = new BatchSource(run.Split.Training, run.Options, pool.Threads);
        source.StartEpoch(run.Options.Epochs);
        var forward = new ForwardPass(network, source.BatchSize, pool);
        var sums = new Sums(network);
        var backward = new BackwardPass(forward, run.Options.LabelSmoothing, run.Temperature) { Check = sums };
        int batches = Math.Min(Batches, source.Steps);
        for (int step = 0; step < batches; step++)
        {
            forward.Run(source, source.Select(step), source.BatchSize, useBatchStatistics: true);
            backward.Step(source.Labels, learningRate: 0);
        }
        return [.. network.Layers.Select(layer => sums.Of(layer, batches))];
    }

    private sealed class Sums(LatentNetwork network) : IGradientSink
    {
        private readonly Dictionary<TrainedArray, double[]> _sums =
            network.Layers.ToDictionary(layer => layer.Weights, layer => new double[layer.Weights.Values.Length]);

        public unsafe void Take(TrainedArray array, int first, int count, float* gradients, float bound)
        {
            if (!_sums.TryGetValue(array, out double[]? sums))
                return;
            for (int i = 0; i < count; i++)
                sums[first + i] += gradients[i];
        }

        public double[] Of(LatentLayer layer, int batches) => [.. Enumerable.Range(0, layer.Inputs * layer.Channels)
            .Select(i => _sums[layer.Weights][(i / layer.Channels * layer.Stride) + (i % layer.Channels)] / batches)];
    }
}
