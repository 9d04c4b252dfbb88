namespace Bnn.Training;

/// <summary>Runs a batch through the latent network in floats, stage by stage, and keeps what the backward pass needs.</summary>
internal sealed class ForwardPass
{
    public ForwardPass(LatentNetwork network, int capacity, WorkerPool pool)
    {
        Network = network;
        Batch = new(pool, capacity, network.Binarization);
        Stages = new Stage[network.Layers.Length];
        for (int l = 0; l < Stages.Length; l++)
        {
            SampleEncoder? encoder = l == 0 ? new(network.Input, network.Encoding) : null;
            BatchNorm? norm = l < network.Norms.Length ? network.Norms[l] : null;
            Stage? previous = l == 0 ? null : Stages[l - 1];
            Stages[l] = network.Layers[l].Geometry.Kind == LayerKind.Convolution
                ? new ConvolutionStage(Batch, network.Layers[l], norm!, previous, network.IsEightBit(l)) { Encoder = encoder }
                : new DenseStage(Batch, network.Layers[l], norm, previous) { Encoder = encoder };
        }
    }

    public LatentNetwork Network { get; }

    public Batch Batch { get; }

    /// <summary>One for each layer with weights.</summary>
    public Stage[] Stages { get; }

    /// <summary>The last stage; its sums are the scores without bias.</summary>
    public DenseStage Scores => (DenseStage)Stages[^1];

    /// <summary>The score of a class: of a binary network an integer.</summary>
    public double Score(int row, int label) => (double)Scores.Sum(row, label, 0) + Batch.Binarization.Bias(Network.Biases.Values.Span[label]);

    /// <summary>Runs <paramref name="rows"/> samples through all layers.</summary>
    /// <param name="source">Where samples come from.</param>
    /// <param name="first">Index of the first one.</param>
    /// <param name="rows">In [1, <see cref="Batch.Capacity"/>].</param>
    /// <param name="useBatchStatistics">See <see cref="Batch.UseBatchStatistics"/>.</param>
    public void Run(ISampleSource source, int first, int rows, bool useBatchStatistics) => RunTo(Stages.Length - 1, source, first, rows, useBatchStatistics);

    /// <summary>Runs up to the sums of stage <paramref name="last"/>, which are not normalised.</summary>
    /// <param name="last">Index of the stage.</param>
    /// <param name="source">Where samples come from.</param>
    /// <param name="first">Index of the first one.</param>
    /// <param name="rows">In [1, <see cref="Batch.Capacity"/>].</param>
    /// <param name="useBatchStatistics">See <see cref="Batch.UseBatchStatistics"/>.</param>
    /// <param name="kept">Signs to begin from, and where to keep new ones.</param>
    public void RunTo(int last, ISampleSource source, int first, int rows, bool useBatchStatistics, KeptSigns? kept = null)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, Batch.Capacity);
        (Batch.Source, Batch.First, Batch.Rows, Batch.UseBatchStatistics) = (source, first, rows, useBatchStatistics);
        kept?.Restore();
        for (int l = kept?.Start ?? 0; l <= last; l++)
        {
            Batch.EnterLayer(l);
            Stages[l].Forward(stopAtSums: l == last);
        }
        kept?.Save();
    }
}
