using Bnn.Generator.Compiler.Passes;
using Bnn.Model;

namespace Bnn.Generator.Compiler.Planning;

/// <summary>Chooses a lowering for each layer, and the layouts between them.</summary>
internal static class Planner
{
    /// <summary>Plans a network.</summary>
    /// <param name="network">The network of the file.</param>
    /// <param name="compact">The same after the passes.</param>
    /// <param name="passes">What the passes did.</param>
    /// <param name="settings">Goal, lowering by name, budgets.</param>
    /// <param name="cancel">Checked for each layer.</param>
    public static Plan Choose(Network network, Network compact, IReadOnlyList<PassRecord> passes, CompileSettings settings, CancellationToken cancel)
    {
        IReadOnlyList<Shape> shapes = compact.Shapes();
        bool[] isNeeded = Needed(compact);
        ChannelLanesPlan? first = isNeeded[0] ? ChannelLanesPlan.Of(compact, settings, ImageLayout.For(shapes[1], reader: null)) : null;
        TierWays?[] dense = [.. isNeeded.Select((isNeeded, i) => isNeeded ? DenseLanes.Choose(compact, i, settings) : null)];
        if (dense[0] is not null && DenseLanes.IsAskedFor(settings))
            first = null;
        else if (first is not null)
            dense[0] = null;
        var sample = new OneSample(compact, first, dense, new bool[isNeeded.Length]);
        InputLayout? vector = first is null && compact.Layers[0] is DenseLayer or ScoresLayer ? InputLayout.Of(compact) : null;
        if (vector is not null)
            sample = sample with { PackingCalls = Math.Max(1, vector.Runs.Count) };
        sample = sample with { InLanes = PixelLanesPlanner.Choose(sample, settings, isNeeded) };
        BatchPlan batch = BatchPlan.Of(compact, settings, sample, cancel);
        if (settings.Goal == Goal.Throughput && batch.Input is not null)
            sample = sample.OnWords();
        bool[] inLanes = sample.InLanes;
        InputLayout input = vector ?? (inLanes[0] ? InputLayout.OfPlanes(compact) : InputLayout.Of(compact, first?.Codes));
        var layers = new List<LayerPlan>();
        long left = CostModel.ModelBudget(settings.UnrolledBudget);
        ImageLayout from = input.Image ?? ImageLayout.For(shapes[0], reader: null);
        for (int i = 0; i < compact.Layers.Length; i++)
        {
            cancel.ThrowIfCancellationRequested();
            bool isLast = i + 1 == compact.Layers.Length;
            bool canPad = inLanes[i] || compact.Layers[i] is ConvolutionLayer || PoolIsWrittenOut(compact.Layers[i], from.Shape);
            ImageLayout to = ImageLayout.For(shapes[i + 1], isLast || !canPad || inLanes[i + 1] ? null : compact.Layers[i + 1]);
            if (inLanes[i] && !isLast && compact.Layers[i + 1] is DenseLayer or ScoresLayer)
                to = to with { IsChannelMajor = true };
            if (inLanes[i])
                layers.Add(InLanes(compact, i, inLanes, from, to, settings));
            else if (i == 0 && first is not null)
                layers.Add(first with { Output = to });
            else if (compact.Layers[i] is WeightedLayer layer)
            {
                RowsPlan rows = RowsPlanner.Of(compact, i, from, input);
                (Lowering lowering, string reason) = !isNeeded[i] ? (Lowering.None, "nobody reads it")
                    : sample.Dense[i] is { } ways ? Choose(ways, rows, settings, left)
                    : Choose(rows, settings, left);
                if (lowering == Lowering.Unrolled)
                    left -= rows.WordOperations;
                layers.Add(new WeightedPlan(i, layer, from, to, lowering, reason, rows, layer.Positions(from.Shape), isNeeded[i] ? sample.Dense[i] : null));
            }
            else
                layers.Add(Bits(i, compact.Layers[i], from, to, isNeeded[i]));
            from = to;
        }
        return new(network, compact, passes, settings.Goal, input, layers, batch, sample);
    }

    private static PixelLanesPlan InLanes(Network network, int index, bool[] inLanes, ImageLayout from, ImageLayout to, CompileSettings settings)
    {
        int first = index, last = index;
        while (first > 0 && inLanes[first - 1])
            first--;
        while (last + 1 < inLanes.Length && inLanes[last + 1])
            last++;
        string reason = settings.Lowering == Lowering.PixelLanes ? "asked for"
            : first == last ? "cheaper than words on every processor" : FormattableString.Invariant($"layers {first} to {last} are cheaper so on every processor");
        return new(index, network.Layers[index], from, to, reason, first, last, network.IsEightBit(index));
    }

    /// <summary>Whether a pool is written out window by window, instead of left to a kernel of the runtime.</summary>
    private static bool PoolIsWrittenOut(Layer layer, Shape input) => layer is MaxPoolLayer pool
        && pool.Padding == default && (long)pool.Window.Height * pool.Window.Width <= CostModel.WrittenOutWindow
        && input.Channels <= CostModel.WrittenOutChannels;

    private static BitsPlan Bits(int index, Layer layer, ImageLayout from, ImageLayout to, bool isNeeded)
    {
        bool isWrittenOut = PoolIsWrittenOut(layer, from.Shape);
        string how = layer is FlattenLayer ? "pixels become planes" : isWrittenOut ? "windows are written out" : "a kernel of the runtime pools";
        return isNeeded
            ? new(index, layer, from, to, Lowering.BitOperations, how, isWrittenOut)
            : new(index, layer, from, to, Lowering.None, "nobody reads it", isWrittenOut);
    }

    // A layer is needed if the one that reads it is, and has a live weight or none at all.
    private static bool[] Needed(Network network)
    {
        var isNeeded = new bool[network.Layers.Length];
        isNeeded[isNeeded.Length - 1] = true;
        for (int i = isNeeded.Length - 2; i >= 0; i--)
            isNeeded[i] = isNeeded[i + 1] && (network.Layers[i + 1] as WeightedLayer)?.Weights.LiveCount() != 0;
        return isNeeded;
    }

    private static (Lowering, string) Choose(TierWays ways, RowsPlan rows, CompileSettings settings, long left)
    {
        if (ways.AreSame)
            return (ways.InLanes[0], settings.Lowering is null ? "cheaper than words on every processor" : "asked for");
        return (ways.HaveWords ? Choose(rows, settings, left).Item1 : ways.On(LaneTier.Usual)!.Value, "each where it is the cheapest");
    }

    private static (Lowering, string) Choose(RowsPlan rows, CompileSettings settings, long left)
    {
        long operations = rows.WordOperations;
        int inputWords = rows.Words * rows.Planes;
        int faster = settings.Goal == Goal.Size ? CostModel.SmallerUnrolled : rows.Patch is null ? CostModel.FasterUnrolled : CostModel.FasterUnrolledPatch;
        string better = settings.Goal == Goal.Size ? "smaller" : "faster";
        if (operations == 0)
            return (Lowering.Unrolled, "it is constant");
        if (settings.Lowering == Lowering.PopCountTable)
            return (Lowering.PopCountTable, "asked for");
        if (inputWords > CostModel.UnrolledInputWords)
            return Table($"{inputWords} input words are more than the {CostModel.UnrolledInputWords} that can be locals");
        int pieces = rows.Groups * Math.Max(1, rows.Patch?.Parts.Count ?? 1);
        if (pieces > CostModel.PatchParts)
            return Table($"{pieces} pieces of the patches of all groups are more than the {CostModel.PatchParts} that can be written out");
        if (operations > settings.UnrolledBudget)
            return Table($"{operations} word operations pass the budget of {settings.UnrolledBudget} for a layer");
        if (operations > left)
            return Table($"{operations} word operations pass what is left of the model's budget, {left}");
        if (settings.Lowering == Lowering.Unrolled)
            return (Lowering.Unrolled, "asked for");
        return operations <= faster
            ? (Lowering.Unrolled, FormattableString.Invariant($"up to {faster} word operations literals are {better}"))
            : Table($"above {faster} word operations a table is {better}");

        static (Lowering, string) Table(FormattableString reason) => (Lowering.PopCountTable, FormattableString.Invariant(reason));
    }
}
