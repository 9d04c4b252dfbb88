using System.Text.Json;
using Bnn.Generator.Compiler.Emit;
using Bnn.Generator.Compiler.Planning;
using Bnn.Trainer.Plans;
using Spectre.Console;

namespace Bnn.Trainer.Reports;

/// <summary>The part of <c>bnn inspect --measure</c> that was measured.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Measured">Its times.</param>
internal sealed record MeasuredReport(Plan Plan, PlanMeasurement Measured)
{
    private string Registers => LaneTier.All[Measured.Tier].Name;

    /// <summary>For people.</summary>
    public void WriteText(IAnsiConsole to)
    {
        to.WriteLine();
        to.WriteLine($"Measured here, with registers of {Registers}, on {Text.Safe(Measured.Images)}:");
        var calls = new Grid("<call", "samples", "ns a sample", "cycles", "estimated", "measured / estimated", "turns");
        foreach (CallTime call in Measured.Calls)
            calls.Add([call.Method, Text.Whole(call.Samples), .. Compared(call.Nanoseconds, call.Estimate), $"{Text.Whole(call.Counted)} of {Text.Whole(call.Turns)}"]);
        calls.Write(to);
        to.WriteLine();
        to.WriteLine("One sample, layer by layer:");
        var parts = new Grid("<layers", "ns", "cycles", "estimated", "measured / estimated");
        foreach (PartTime part in Measured.Parts)
            parts.Add([Text.Safe(string.Join(", ", Names(part.Part).DefaultIfEmpty("(input)"))), .. Compared(part.Nanoseconds, part.Estimate)]);
        parts.Add(["sum", .. Compared(Measured.Parts.Sum(part => part.Nanoseconds), Measured.Parts.Sum(part => part.Estimate))]);
        parts.Write(to);
        to.WriteLine(
            $"  Medians by the clock of those turns that had the core to themselves, at least the quietest three: {Text.Fixed(Measured.AdditionsPerCycle, 1)} additions a cycle before and behind.");
        to.WriteLine($"  A cycle is {Text.Fixed(Measured.NanosecondsOfCycle, 3)} ns, by a chain of multiplications in between.");
        to.WriteLine("  Layers are told apart by timestamps, whose cost is taken off; they keep layers from overlapping, so the sum may be more than a call.");
        to.WriteLine(
            $"  First Predict {Text.Fixed(Measured.FirstMilliseconds, 1)} ms, first PredictBatch {Text.Fixed(Measured.FirstBatchMilliseconds, 1)} ms, "
            + $"with the JIT and tables; compiled in {Text.Fixed(Measured.CompileMilliseconds, 0)} ms to {Text.Size(Measured.AssemblyBytes)} (two classes).");

        IEnumerable<string> Compared(double nanoseconds, double estimate)
        {
            double cycles = nanoseconds / Measured.NanosecondsOfCycle;
            string ratio = estimate > 0 ? Text.Fixed(cycles / estimate, 2) : "-";
            return [PlanReport.Number(nanoseconds), PlanReport.Number(cycles), PlanReport.Number(estimate), ratio];
        }
    }

    /// <summary>For programs: a member <c>measured</c>.</summary>
    public void WriteJson(Utf8JsonWriter json)
    {
        json.WriteStartObject("measured");
        json.WriteString("registers", Registers);
        json.WriteString("images", Measured.Images);
        json.WriteNumber("additionsPerCycle", Measured.AdditionsPerCycle);
        json.WriteNumber("nanosecondsOfCycle", Measured.NanosecondsOfCycle);
        json.WriteNumber("compileMilliseconds", Measured.CompileMilliseconds);
        json.WriteNumber("assemblyBytes", Measured.AssemblyBytes);
        json.WriteNumber("firstPredictMilliseconds", Measured.FirstMilliseconds);
        json.WriteNumber("firstPredictBatchMilliseconds", Measured.FirstBatchMilliseconds);
        Text.WriteObjects(json, "calls", Measured.Calls, call =>
        {
            json.WriteString("method", call.Method);
            json.WriteNumber("samples", call.Samples);
            json.WriteNumber("nanosecondsPerSample", call.Nanoseconds);
            json.WriteNumber("estimatedCyclesPerSample", call.Estimate);
            json.WriteNumber("turns", call.Turns);
            json.WriteNumber("countedTurns", call.Counted);
        });
        Text.WriteObjects(json, "parts", Measured.Parts, part =>
        {
            json.WriteStartArray("layers");
            foreach (string name in Names(part.Part))
                json.WriteStringValue(name);
            json.WriteEndArray();
            json.WriteNumber("nanoseconds", part.Nanoseconds);
            json.WriteNumber("estimatedCycles", part.Estimate);
        });
        json.WriteEndObject();
    }

    private IEnumerable<string> Names(TimedPart part) =>
        part.First < 0 ? [] : Plan.Layers.Skip(part.First).Take(part.Last + 1 - part.First).Select(layer => layer.Layer.Name);
}
