using System.Globalization;
using Bnn.Generator.Compiler.Planning;
using Bnn.Model;

namespace Bnn.Generator.Compiler;

/// <summary>What <see cref="CompileOptions"/> mean.</summary>
/// <param name="Namespace">Namespace of the generated class; empty: the global one.</param>
/// <param name="ClassName">Its name.</param>
/// <param name="Visibility"><c>public</c> or <c>internal</c>.</param>
/// <param name="Goal">What the code is to be good at.</param>
/// <param name="Lowering">A lowering for all layers, or null: the planner chooses.</param>
/// <param name="UnrolledBudget">Most word operations that a layer may unroll to.</param>
internal sealed record CompileSettings(string Namespace, string ClassName, string Visibility, Goal Goal, Lowering? Lowering, int UnrolledBudget)
{
    /// <summary>Whether <c>Run</c> writes down when each layer ended (<see cref="Emit.RunTimes"/>). No user asks for that, only who measures.</summary>
    public bool HasTimes { get; init; }

    /// <summary>Namespace and name.</summary>
    public string FullName => Namespace.Length == 0 ? ClassName : Namespace + "." + ClassName;

    /// <summary>Reads the options of <paramref name="source"/>, and adds everything wrong with them to <paramref name="errors"/>.</summary>
    public static CompileSettings Of(ModelSource source, List<ModelError> errors)
    {
        CompileOptions options = source.Options;
        string visibility = Or(options.Visibility, "public");
        if (visibility is not ("public" or "internal"))
            errors.Add(CompilerErrors.OnFile(CompilerErrors.BadOption, "BnnVisibility", ModelNames.Quote(visibility), "'public' or 'internal'"));
        Goal goal = Named(options.Goal, "BnnGoal", [Planning.Goal.Latency, Planning.Goal.Throughput, Planning.Goal.Size], errors) ?? Goal.Latency;
        Lowering? lowering = Named(options.Lowering, "BnnLowering",
            [Planning.Lowering.Unrolled, Planning.Lowering.PopCountTable, Planning.Lowering.ChannelLanes, Planning.Lowering.PixelLanes,
                Planning.Lowering.ActiveColumns, Planning.Lowering.Permute, Planning.Lowering.SampleLanes, Planning.Lowering.BitCircuit], errors);
        string budgetText = Or(options.UnrolledBudget, CostModel.LayerBudget.ToString(CultureInfo.InvariantCulture));
        if (!int.TryParse(budgetText, NumberStyles.None, CultureInfo.InvariantCulture, out int budget) || budget > 100_000)
            errors.Add(CompilerErrors.OnFile(CompilerErrors.BadOption, "BnnUnrolledBudget", ModelNames.Quote(budgetText), "a whole number in [0, 100000]"));
        return new(ModelNames.Namespace(source, errors), ModelNames.ClassName(source, errors), visibility, goal, lowering, budget);
    }

    private static T? Named<T>(string? text, string option, T[] known, List<ModelError> errors)
        where T : struct
    {
        if (string.IsNullOrEmpty(text))
            return null;
        foreach (T value in known)
        {
            if (string.Equals(value.ToString(), text, StringComparison.OrdinalIgnoreCase))
                return value;
        }
        errors.Add(CompilerErrors.OnFile(CompilerErrors.BadOption, option, ModelNames.Quote(text!), "one of " + string.Join(", ", known)));
        return null;
    }

    private static string Or(string? text, string otherwise) => string.IsNullOrEmpty(text) ? otherwise : text!;
}
