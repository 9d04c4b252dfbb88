namespace Bnn.Training;

/// <summary>What all stages need to know about the samples that are under way.</summary>
internal sealed class Batch(WorkerPool pool, int capacity, Binarization binarization)
{
    /// <summary>Samples that the backward pass of a convolution takes in one task, and whose weight gradients it adds up; part of what fixes the bits.</summary>
    public const int ShardRows = 8;

    public WorkerPool Pool { get; } = pool;

    /// <summary>Rows that fit, a multiple of 12.</summary>
    public int Capacity { get; } = Gemm.LeftPanels(capacity) * Gemm.Rows;

    /// <summary>What becomes of latents and of y.</summary>
    public Binarization Binarization { get; } = binarization;

    /// <summary>Where the samples come from.</summary>
    public ISampleSource? Source { get; set; }

    /// <summary>Index of the first one.</summary>
    public int First { get; set; }

    /// <summary>Number of samples.</summary>
    public int Rows { get; set; }

    /// <summary>Whether to normalise with mean and variance of this batch and to move the running ones; else by the running ones.</summary>
    public bool UseBatchStatistics { get; set; }

    /// <summary>Groups of <see cref="ShardRows"/> samples.</summary>
    public int Shards => (Rows + ShardRows - 1) / ShardRows;

    /// <summary>Tells a clock, if there is one, that a worker begins something else.</summary>
    public void Enter(int worker, TrainingPhase phase) => Pool.Clock?.Enter(worker, phase);

    /// <summary>Tells a clock, if there is one, the layer that all workers come to.</summary>
    public void EnterLayer(int layer)
    {
        if (Pool.Clock is { } clock)
            clock.Layer = layer;
    }

    /// <summary>One buffer for each worker.</summary>
    public FloatBuffer[] PerWorker(int length) => Enumerable.Range(0, Pool.Threads).Select(_ => new FloatBuffer(length)).ToArray();

    /// <summary>The bits of sample <paramref name="row"/> as the first layer sees them.</summary>
    public unsafe void Encode(SampleEncoder encoder, int row, int worker, float* values) => encoder.Encode(Source!.Sample(First + row, worker), values);
}
