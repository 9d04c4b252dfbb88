using Bnn.Inference;
using Bnn.Model;
using Bnn.Training;

namespace Bnn.Trainer.Reports;

/// <summary>Counts of the channels of one layer against their limits, over a sample of images.</summary>
/// <remarks>Counts and limits are measured in <see cref="Steps"/>ths of a channel's MaxCount, so that channels with different K can be added up.</remarks>
internal sealed class CountStatistics
{
    private const int MostSteps = 1000;

    private readonly EquatableArray<int> _limits;
    private readonly int[] _maxCounts;
    private readonly long[] _fired;
    private readonly Lock _gate = new();

    private CountStatistics(int index, WeightedLayer layer, bool isEightBit)
    {
        (Index, Layer, _limits) = (index, layer, LayerFacts.LimitsOf(layer));
        _maxCounts = [.. Enumerable.Range(0, Channels).Select(channel => layer.MaxCount(channel, isEightBit))];
        Steps = Math.Clamp(_maxCounts.Max(), 1, MostSteps);
        Counts = new long[Steps + 1];
        Limits = new long[Steps + 1];
        Margins = new long[(2 * Steps) + 2];
        _fired = new long[Channels];
        for (int c = 0; c < Channels; c++)
        {
            if (!IsSaturated(c))
                Limits[Step(_limits[c], c)]++;
        }
    }

    /// <summary>Index of the layer in its network.</summary>
    public int Index { get; }

    /// <summary>The layer.</summary>
    public WeightedLayer Layer { get; }

    /// <summary>Number of channels.</summary>
    public int Channels => Layer.Weights.Rows;

    /// <summary>Parts that MaxCount is divided into.</summary>
    public int Steps { get; }

    /// <summary>How often a count fell on each step, <c>[Steps + 1]</c>.</summary>
    public long[] Counts { get; }

    /// <summary>How many channels that are not saturated have their limit there, <c>[Steps + 1]</c>.</summary>
    public long[] Limits { get; }

    /// <summary>
    /// How often an answer of a channel that is not saturated was so far from flipping: up to <see cref="Steps"/> are zeros, the rest ones, and
    /// those beside the middle flip first. <c>[2 · Steps + 2]</c>
    /// </summary>
    public long[] Margins { get; }

    /// <summary>Counts that were looked at for each channel: images times positions.</summary>
    public long Looks { get; private set; }

    /// <summary>Channels whose limit lets them give one bit only.</summary>
    public int Saturated => Enumerable.Range(0, Channels).Count(IsSaturated);

    /// <summary>Other channels that gave one bit only, on every image.</summary>
    public int Silent => Enumerable.Range(0, Channels).Count(c => !IsSaturated(c) && FiringShare(c) is 0 or 1);

    /// <summary>Other channels that gave the same bit in more than <paramref name="share"/> of the looks, but not always.</summary>
    public int NearlySilent(double share) =>
        Enumerable.Range(0, Channels).Count(c => !IsSaturated(c) && FiringShare(c) is > 0 and < 1 && Math.Max(FiringShare(c), 1 - FiringShare(c)) > share);

    /// <summary>Share of the looks in which a channel gave 1.</summary>
    public double FiringShare(int channel) => Looks == 0 ? 0 : (double)_fired[channel] / Looks;

    /// <summary>Share of the answers that <paramref name="share"/> of MaxCount, rounded up to a whole step, would flip.</summary>
    public double ShareWithin(double share)
    {
        int near = (int)Math.Ceiling(share * Steps);
        return (double)Margins.Skip(Steps + 1 - near).Take(2 * near).Sum() / Math.Max(1, Margins.Sum());
    }

    /// <summary>Runs images through the reference, and gives the statistics of each layer that compares counts with limits.</summary>
    /// <param name="network">A network that <see cref="Reference"/> runs.</param>
    /// <param name="images">Where the sample is taken from.</param>
    /// <param name="indices">Which images.</param>
    /// <param name="cancel">Looked at before each image.</param>
    public static IReadOnlyList<CountStatistics> Of(Network network, LabeledImages images, IReadOnlyList<int> indices, CancellationToken cancel)
    {
        CountStatistics[] statistics =
        [
            .. Enumerable.Range(0, network.Layers.Length)
                .Where(i => network.Layers[i] is DenseLayer or ConvolutionLayer)
                .Select(i => new CountStatistics(i, (WeightedLayer)network.Layers[i], network.IsEightBit(i))),
        ];
        // Sums of integers: the order of the images changes nothing.
        Parallel.ForEach(indices, new ParallelOptions { CancellationToken = cancel }, index =>
        {
            ReferenceRun run = Reference.Run(network, images.Image(index));
            foreach (CountStatistics layer in statistics)
                layer.Add(run.Counts[layer.Index]);
        });
        return statistics;
    }

    private bool IsSaturated(int channel) => _limits[channel] < 0 || _limits[channel] >= _maxCounts[channel];

    private int Step(long count, int channel) => (int)(count * Steps / Math.Max(1, _maxCounts[channel]));

    // Counts are channel-major, [channels, positions].
    private void Add(int[] counts)
    {
        int positions = counts.Length / Channels;
        lock (_gate)
        {
            Looks += positions;
            for (int i = 0; i < counts.Length; i++)
            {
                int channel = i / positions;
                bool fires = counts[i] <= _limits[channel];
                _fired[channel] += fires ? 1 : 0;
                Counts[Step(counts[i], channel)]++;
                if (!IsSaturated(channel))
                    Margins[fires ? Steps + 1 + Step(_limits[channel] - counts[i], channel) : Steps - Step(counts[i] - _limits[channel] - 1L, channel)]++;
            }
        }
    }
}
