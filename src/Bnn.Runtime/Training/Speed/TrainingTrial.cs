using Bnn.Model;

namespace Bnn.Training;

/// <summary>Training steps on made-up images, to measure how fast they are: the same code as in <see cref="TrainingRun"/>, without files and validation.</summary>
/// <remarks>Not thread-safe.</remarks>
public sealed class TrainingTrial : IDisposable
{
    private const int Batches = 4;
    private readonly WorkerPool _pool;
    private readonly BatchSource _batches;
    private readonly ForwardPass _forward;
    private readonly BackwardPass _backward;
    private readonly PhaseClock _clock;
    private readonly double _learningRate;
    private int _step;

    /// <summary>Makes a network and four batches of images: smooth noise, as many as there are classes.</summary>
    /// <param name="options">Architecture, encoding, size of the batch and seed; the learning rate stays as it is.</param>
    /// <param name="input">Shape of an image.</param>
    /// <param name="classes">At least 2.</param>
    /// <param name="threads">Threads to use; 0: one per processor.</param>
    /// <exception cref="ArgumentException">Options make no sense, or no network of theirs fits the images.</exception>
    public TrainingTrial(TrainingOptions options, Shape input, int classes, int threads = 0)
    {
        options.Require();
        LabeledImages images = Images(options, input, classes);
        InputEncoding encoding = InputEncodings.Choose(options.Encoding, images);
        LatentNetwork network = Network = new(input, encoding, Training.Architecture.Parse(options.Architecture), classes, options.BatchNormScale);
        network.Initialize(options.Seed);
        _pool = new(threads);
        _clock = new(_pool.Threads, network.Layers.Length);
        _batches = new(images, options, _pool.Threads);
        _batches.StartEpoch(0);
        _forward = new(network, _batches.BatchSize, _pool);
        _backward = new(_forward, options.LabelSmoothing, temperature: 1 / Math.Sqrt((double)network.Layers[^1].Inputs * network.ScorePositions));
        _learningRate = options.LearningRate;
        Layers = [.. network.Layers.Select((layer, l) => TrainingLayer.Of(layer.Geometry, hasInputGradient: l > 0))];
    }

    internal LatentNetwork Network { get; }

    /// <summary>The layers with weights.</summary>
    public IReadOnlyList<TrainingLayer> Layers { get; }

    /// <summary>Images of a step.</summary>
    public int BatchSize => _batches.BatchSize;

    /// <summary>Threads that there are.</summary>
    public int Threads => _pool.Threads;

    /// <summary>Takes some steps.</summary>
    /// <param name="steps">At least 1.</param>
    /// <param name="threads">Threads that take part, in [1, <see cref="Threads"/>].</param>
    /// <param name="inPhases">Whether to measure the phases, which costs some timestamps.</param>
    /// <returns>Seconds of all threads together in each <see cref="TrainingPhase"/> of each layer, by the clock; empty unless asked for.</returns>
    public IReadOnlyList<IReadOnlyList<double>> Run(int steps, int threads, bool inPhases = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threads, Threads);
        (_pool.Active, _pool.Clock) = (threads, inPhases ? _clock : null);
        _clock.Restart();
        for (int i = 0; i < steps; i++)
        {
            int first = _batches.Select(_step++ % _batches.Steps);
            _forward.Run(_batches, first, _batches.BatchSize, useBatchStatistics: true);
            _backward.Step(_batches.Labels, _learningRate);
        }
        return inPhases ? _clock.Seconds(threads) : [];
    }

    /// <inheritdoc/>
    public void Dispose() => _pool.Dispose();

    // Sums of four random numbers at neighbouring pixels: something of a picture, so that thresholds and pools have something to choose.
    private static LabeledImages Images(TrainingOptions options, Shape input, int classes)
    {
        int count = Batches * options.BatchSize;
        var pixels = new byte[checked(count * input.Count)];
        ulong last = 0;
        for (int i = 0; i < pixels.Length; i++)
        {
            ulong next = CounterRandom.Next(options.Seed, CounterRandom.Stream.InitialWeights, (ulong)i, 1) >> 57;
            (pixels[i], last) = ((byte)(next + last), next);
        }
        byte[] labels = [.. Enumerable.Range(0, count).Select(i => (byte)(i % classes))];
        string[] names = [.. Enumerable.Range(0, classes).Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture))];
        return new("noise", input, pixels, labels, names);
    }
}
