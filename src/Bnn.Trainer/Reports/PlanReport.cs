using System.Text.Json;
using Bnn.Generator.Compiler.Passes;
using Bnn.Generator.Compiler.Planning;
using Bnn.Trainer.Plans;
using Spectre.Console;

namespace Bnn.Trainer.Reports;

/// <summary>What <c>bnn inspect --plan</c> found.</summary>
/// <param name="Model">The model.</param>
/// <param name="Plan">What the generator makes of it.</param>
/// <param name="Costs">Estimated cycles.</param>
/// <param name="Pruning">What pruning would bring.</param>
/// <param name="Measured">Measured times; null: nobody asked.</param>
internal sealed record PlanReport(ModelInput Model, Plan Plan, PlanCosts Costs, IReadOnlyList<PruningCost> Pruning, PlanMeasurement? Measured)
{
    private static readonly string[] s_bits = [.. LaneTier.All.Select(tier => Text.Whole(64 * tier.Words))];
    private static readonly string s_usual = Text.Whole(64 * LaneTier.Usual.Words);

    /// <summary>For people.</summary>
    public void WriteText(IAnsiConsole to)
    {
        to.MarkupLineInterpolated($"[bold]{Text.Safe(Model.Network.Name)}[/]");
        to.WriteLine();
        to.WriteLine($"  file        {Model.Path}");
        to.WriteLine($"  goal        {Plan.Goal}");
        to.WriteLine($"  operations  {Text.Whole(Plan.Network.Operations())} a sample in the file, {Text.Whole(Plan.Compact.Operations())} compiled");
        foreach (PassRecord pass in Plan.Passes)
            to.WriteLine($"  pass        {pass}");
        to.WriteLine($"  input       {Plan.Input.Describe()}");
        to.WriteLine($"  batches     {Plan.Batch.Reason}");
        to.WriteLine();
        WriteLayers(to);
        WritePruning(to);
        if (Measured is not null)
            new MeasuredReport(Plan, Measured).WriteText(to);
    }

    /// <summary>For programs.</summary>
    public void WriteJson(TextWriter to) => Text.WriteJson(to, json =>
    {
        json.WriteString("model", Model.Path);
        json.WriteString("name", Model.Network.Name);
        json.WriteString("modelSha256", Model.Hash);
        json.WriteString("goal", Plan.Goal.ToString());
        json.WriteNumber("operationsPerSample", Plan.Network.Operations());
        json.WriteNumber("compiledOperationsPerSample", Plan.Compact.Operations());
        Text.WriteObjects(json, "passes", Plan.Passes, pass =>
        {
            json.WriteString("name", pass.Name);
            json.WriteNumber("operationsBefore", pass.OperationsBefore);
            json.WriteNumber("operationsAfter", pass.OperationsAfter);
            json.WriteNumber("channelsBefore", pass.ChannelsBefore);
            json.WriteNumber("channelsAfter", pass.ChannelsAfter);
        });
        json.WriteString("input", Plan.Input.Describe());
        json.WriteStartObject("batches");
        json.WriteBoolean("inLanes", Plan.Batch.Input is not null);
        json.WriteNumber("leastSamples", Plan.Batch.IsInLanes(LaneTier.Usual) ? Plan.Batch.Least : 0);
        json.WriteString("reason", Plan.Batch.Reason);
        json.WriteEndObject();
        Text.WriteObjects(json, "layers", Costs.Layers, layer =>
        {
            json.WriteString("name", layer.Plan.Layer.Name);
            json.WriteString("kind", layer.Plan.Layer.Keyword);
            json.WriteString("lowering", layer.Plan.How);
            json.WriteString("reason", layer.Plan.Reason);
            json.WriteNumber("work", layer.Work);
            json.WriteString("workUnit", layer.Unit);
            json.WriteNumber("planesOfBatch", layer.Planes);
            WriteCycles(json, "cyclesOfSample", tier => layer.Sample[tier]);
            WriteCycles(json, "cyclesOfSampleOfBatch", tier => layer.OfBatch[tier]);
        });
        WriteCycles(json, "cyclesOfSample", Costs.Sample);
        WriteCycles(json, "cyclesOfSampleOfBatch", Costs.OfBatch);
        Text.WriteObjects(json, "pruning", Pruning, cost =>
        {
            json.WriteString("layer", Name(cost.Index));
            json.WriteBoolean("ofBatch", cost.IsBatch);
            WriteShares(json, "timeByLiveShare", PruningCosts.LiveShares, cost.Masked);
            if (cost.PaysBelow is { } share)
                json.WriteNumber("masksPayBelowShare", share);
            else
                json.WriteNull("masksPayBelowShare");
            if (cost.Fewer is not null)
                WriteShares(json, "timeByRemovedChannelShare", PruningCosts.RemovedShares, cost.Fewer);
        });
        if (Measured is not null)
            new MeasuredReport(Plan, Measured).WriteJson(json);
    });

    private string Name(int layer) => Plan.Layers[layer].Layer.Name;

    private void WriteLayers(IAnsiConsole to)
    {
        bool inLanes = Plan.Batch.Input is not null;
        to.WriteLine("The plan: estimated cycles of one sample (one), and of a sample of a large batch (batch), with registers of so many bits:");
        var grid = new Grid(
            ["<layer", "<kind", "<lowering", "work", "<", "planes",
                .. s_bits.Select(bits => "one " + bits), .. s_bits.Select(bits => "batch " + bits), "<why"]);
        foreach (LayerCost layer in Costs.Layers)
        {
            Add(
                [Text.Safe(layer.Plan.Layer.Name), layer.Plan.Layer.Keyword, layer.Plan.How,
                    layer.Work == 0 ? "-" : Text.Whole(layer.Work), layer.Unit, layer.Planes == 0 ? "-" : Text.Whole(layer.Planes)],
                tier => layer.Sample[tier], tier => layer.OfBatch[tier], layer.Plan.Reason);
        }
        string besides = inLanes ? "calls and packing; of a batch packing" : "calls and packing";
        Add(["besides", "", "", "", "", ""], tier => Costs.Besides[tier], tier => Costs.BesidesOfBatch[tier], besides);
        Add(["sum", "", "", "", "", ""], Costs.Sample, Costs.OfBatch, "");
        grid.Write(to);
        to.WriteLine("  work of one sample: words of 64 bits counted, vectors added, or for each register planes, columns (half are active), look-ups, or for a pair of them sums.");
        to.WriteLine("  planes: added in each register of samples of a batch.");
        to.WriteLine($"  512 bits with ternary logic; {s_usual} is what most processors have, and what the sections below take.");
        to.WriteLine();

        void Add(string[] cells, Func<int, double> one, Func<int, double> batch, string why) =>
            grid.Add([.. cells, .. Cycles(one), .. Cycles(batch), why]);

        IEnumerable<string> Cycles(Func<int, double> cycles) => s_bits.Select((_, tier) => Number(cycles(tier)));
    }

    private void WritePruning(IAnsiConsole to)
    {
        to.WriteLine("The break-even of pruning: time by the cost model, 1.00 is now:");
        var grid = new Grid(
            ["<layer", "<of", .. PruningCosts.LiveShares.Select(share => $"{share * 100:F0} % live"), "masks pay below",
                .. PruningCosts.RemovedShares.Select(share => $"{share * 100:F0} % fewer channels")]);
        foreach (PruningCost cost in Pruning)
        {
            grid.Add(
                [Text.Safe(Name(cost.Index)), cost.IsBatch ? "a batch" : "one sample", .. cost.Masked.Select(Ratio),
                    cost.PaysBelow is { } share ? $"{share * 100:F0} % live" : "never",
                    .. cost.Fewer?.Select(Ratio) ?? PruningCosts.RemovedShares.Select(_ => "-")]);
        }
        grid.Write(to);
        to.WriteLine("  live: random masks leave so many of its live weights; time of the layer. Channels: time of the layer up to the one that reads it.");
        to.WriteLine("  A mask costs words and columns a second operand; planes are added for live weights, or for masked ones and those of the rarer sign.");

        static string Ratio(double ratio) => Text.Fixed(ratio, 2);
    }

    /// <summary>A number of cycles or nanoseconds with three digits at least.</summary>
    public static string Number(double value) => value >= 100 ? Text.Whole((long)Math.Round(value)) : Text.Fixed(value, value >= 10 ? 1 : 2);

    private static void WriteCycles(Utf8JsonWriter json, string name, Func<int, double> cycles)
    {
        json.WriteStartObject(name);
        for (int tier = 0; tier < LaneTier.All.Count; tier++)
            json.WriteNumber($"bits{64 * LaneTier.All[tier].Words}", Math.Round(cycles(tier), 3));
        json.WriteEndObject();
    }

    private static void WriteShares(Utf8JsonWriter json, string name, IReadOnlyList<double> shares, IReadOnlyList<double> times)
    {
        Text.WriteObjects(json, name, shares.Zip(times), pair =>
        {
            json.WriteNumber("share", pair.First);
            json.WriteNumber("time", Math.Round(pair.Second, 4));
        });
    }
}
