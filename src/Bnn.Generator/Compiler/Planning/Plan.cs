using System.Text;
using Bnn.Generator.Compiler.Passes;
using Bnn.Model;

namespace Bnn.Generator.Compiler.Planning;

/// <summary>What the generated code is to be good at.</summary>
internal enum Goal
{
    /// <summary>Least time for one sample.</summary>
    Latency,

    /// <summary>Least time for each of many samples; one alone costs what it costs without more code.</summary>
    Throughput,

    /// <summary>Least code.</summary>
    Size,
}

/// <summary>Everything that the emitters need to know; nothing is left to decide.</summary>
/// <param name="Network">The network of the file.</param>
/// <param name="Compact">The same after the exact passes.</param>
/// <param name="Passes">What the passes did, in order.</param>
/// <param name="Goal">What was asked for.</param>
/// <param name="Input">Where the input bits come from and lie.</param>
/// <param name="Layers">One for each layer of <paramref name="Compact"/>.</param>
/// <param name="Batch">How batches run.</param>
/// <param name="Sample">How one sample runs.</param>
internal sealed record Plan(
    Network Network, Network Compact, IReadOnlyList<PassRecord> Passes, Goal Goal, InputLayout Input, IReadOnlyList<LayerPlan> Layers,
    BatchPlan Batch, OneSample Sample)
{
    /// <summary>The plan in lines for people, ended by line feeds.</summary>
    public string Text
    {
        get
        {
            var text = new StringBuilder();
            Add(text, $"goal        {Goal}");
            Add(text, $"operations  {Network.Operations()} in the file, {Compact.Operations()} compiled");
            foreach (PassRecord pass in Passes)
                Add(text, $"pass        {pass}");
            Add(text, $"input       {Input.Describe()}");
            foreach (LayerPlan layer in Layers)
                Add(text, $"layer {layer.Index,-5} {layer.Shape}, {layer.How}: {layer.Reason}");
            Add(text, $"sample      about {Sample.Cycles(LaneTier.Usual):F0} cycles");
            Add(text, $"batch       {Batch.Reason}");
            return text.ToString();
        }
    }

    private static void Add(StringBuilder to, FormattableString line) => to.Append(FormattableString.Invariant(line)).Append('\n');
}
