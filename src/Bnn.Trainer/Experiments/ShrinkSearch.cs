using Bnn.Model;
using Bnn.Pruning;
using Bnn.Training;

namespace Bnn.Trainer.Experiments;

/// <summary>What a search for a smaller network is to do.</summary>
/// <param name="MaxDrop">Percentage points of validation accuracy that a step may lie below the baseline.</param>
/// <param name="Slices">Top bit planes to begin with; null: the encoding stays as it is.</param>
/// <param name="Order">Which layer is halved next.</param>
internal sealed record ShrinkOptions(double MaxDrop, int? Slices, HalvingOrder Order);

/// <summary>A network that was tried.</summary>
/// <param name="Name">Of the variant.</param>
/// <param name="Encoding">Of its input.</param>
/// <param name="Architecture">Its layers.</param>
internal sealed record ShrinkStep(string Name, string Encoding, Architecture Architecture)
{
    /// <summary>As a variant of an experiment.</summary>
    public Variant ToVariant() => new(
        Name, From: null, RunMethod.Usual,
        [new("encoding", Encoding, IsSwitch: false, Line: 0), new("arch", Architecture.ToString(), IsSwitch: false, Line: 0)], Grid: [], Line: 0);
}

/// <summary>Proposes smaller networks, first with fewer bit planes, then with narrower layers, each to be trained from random weights.</summary>
/// <remarks>Proposals follow from options and results alone, so that a search goes on after any stop.</remarks>
/// <param name="start">Encoding and layers of the baseline.</param>
/// <param name="input">Shape of the data.</param>
/// <param name="classes">Number of classes.</param>
/// <param name="options">What to do.</param>
internal sealed class ShrinkSearch(ShrinkStep start, Shape input, int classes, ShrinkOptions options)
{
    private const string BitPlanes = "bit-planes";

    /// <summary>Name of the step that the others are compared with.</summary>
    public const string Baseline = "baseline";

    /// <summary>Bit planes that an encoding keeps, or null.</summary>
    public static int? SlicesOf(string encoding) => encoding == BitPlanes ? 8
        : encoding.StartsWith(BitPlanes + "-", StringComparison.Ordinal) ? encoding[^1] - '0' : null;

    /// <summary>All steps that are known to be needed: those with an outcome, and the one to do next, if the search is not over.</summary>
    /// <param name="isWithin">Whether the step of a name stayed within the budget; null: not known yet.</param>
    public IReadOnlyList<ShrinkStep> Steps(Func<string, bool?> isWithin)
    {
        var steps = new List<ShrinkStep> { start };
        ShrinkStep accepted = start;
        if (SlicesOf(start.Encoding) is { } all && options.Slices is { } least)
        {
            // Noise in planes of a trained network is one thing, training without them another: a plane more if that costs too much.
            for (int slices = least; slices < all; slices++)
            {
                var step = new ShrinkStep(FormattableString.Invariant($"slices-{slices}"), FormattableString.Invariant($"{BitPlanes}-{slices}"), start.Architecture);
                steps.Add(step);
                if (isWithin(step.Name) is not { } isEnough)
                    return steps;
                if (isEnough)
                {
                    accepted = step;
                    break;
                }
            }
        }
        var outcomes = new List<bool>();
        while (WidthHalving.Next(start.Architecture, Planes(accepted.Encoding), classes, options.Order, outcomes) is { } narrower)
        {
            var step = new ShrinkStep($"widths-{string.Join('-', narrower.Hidden)}", accepted.Encoding, narrower);
            steps.Add(step);
            if (isWithin(step.Name) is not { } outcome)
                break;
            outcomes.Add(outcome);
        }
        return steps;
    }

    private Shape Planes(string encoding) => SlicesOf(encoding) is { } slices ? input with { Channels = input.Channels * slices } : input;
}
