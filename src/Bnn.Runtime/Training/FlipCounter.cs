using Bnn.Model;

namespace Bnn.Training;

/// <summary>Counts how often binary weights change their sign, into <see cref="LatentLayer.Flips"/>.</summary>
/// <remarks>
/// A flip is a sign that differs from the one an epoch, or a step, before; sign(0) = +1. At the end of an epoch a weight that flipped and flipped back counts as
/// steady. Counters go on from where they stand and stay at 65535: the flips of a window are those of a run that begins with it.
/// </remarks>
internal sealed class FlipCounter
{
    private readonly LatentNetwork _network;
    private readonly bool[][] _epoch;       // [layers][inputs · stride] at the end of the last epoch
    private readonly bool[][]? _step;       // the same of the last step; null: steps are not counted

    /// <param name="network">Its signs now are the ones to compare with first.</param>
    /// <param name="countsSteps">Whether counters count flips from step to step instead of from epoch to epoch.</param>
    public FlipCounter(LatentNetwork network, bool countsSteps)
    {
        _network = network;
        _epoch = Signs(network);
        _step = countsSteps ? Signs(network) : null;
    }

    /// <summary>Counts what flipped in a step, if steps are counted.</summary>
    public void EndStep()
    {
        if (_step is not null)
            Compare(_step, counts: true);
    }

    /// <summary>Counts what flipped in an epoch, unless steps are counted, and gives the share of each layer's weights that did.</summary>
    public EquatableArray<double> EndEpoch() => new(Compare(_epoch, counts: _step is null));

    private double[] Compare(bool[][] signs, bool counts)
    {
        var shares = new double[signs.Length];
        for (int l = 0; l < shares.Length; l++)
        {
            LatentLayer layer = _network.Layers[l];
            ReadOnlySpan<float> weights = layer.Weights.Values.Span;
            Span<bool> before = signs[l];
            long flipped = 0;
            for (int i = 0; i < weights.Length; i++)
            {
                bool sign = weights[i] >= 0;
                if (sign == before[i])
                    continue;
                before[i] = sign;
                flipped++;
                if (counts)
                    layer.Flips[i] = (ushort)Math.Min(layer.Flips[i] + 1, ushort.MaxValue);
            }
            shares[l] = flipped / ((double)layer.Inputs * layer.Channels);
        }
        return shares;
    }

    private static bool[][] Signs(LatentNetwork network) =>
        [.. network.Layers.Select(layer => Array.ConvertAll(layer.Weights.Values.Span.ToArray(), weight => weight >= 0))];
}
