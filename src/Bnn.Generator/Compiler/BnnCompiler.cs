using Bnn.Generator.Compiler.Emit;
using Bnn.Generator.Compiler.Passes;
using Bnn.Generator.Compiler.Planning;
using Bnn.Model;

namespace Bnn.Generator.Compiler;

/// <summary>From the text of a model file to C#: read, pass, plan, emit. Pure: equal sources give equal outcomes.</summary>
internal static class BnnCompiler
{
    /// <summary>Compiles a model file.</summary>
    /// <param name="source">The file and what its user asked for.</param>
    /// <param name="cancel">Reaches every loop over layers and channels.</param>
    public static CompileOutcome Compile(ModelSource source, CancellationToken cancel = default)
    {
        var errors = new List<ModelError>();
        CompileSettings settings = CompileSettings.Of(source, errors);
        if (source.ClashesWith is not null)
            errors.Add(CompilerErrors.OnFile(CompilerErrors.DuplicateClass, source.ClashesWith, ModelNames.FileName(source.Path), settings.FullName));
        if (source.Text is null)
            return CompileOutcome.Failed([.. errors, CompilerErrors.OnFile(CompilerErrors.Unreadable, ModelNames.Quote(ModelNames.FileName(source.Path)))]);
        ReadResult read = BnnReader.Read(source.Text, cancel);
        errors.AddRange(read.Errors);
        if (read.Network is null || errors.Count > 0)
            return CompileOutcome.Failed(errors);
        return Compile(read.Network, read.Hash, source, settings, cancel);
    }

    /// <summary>Compiles a network that has been read.</summary>
    public static CompileOutcome Compile(Network network, string hash, ModelSource source, CompileSettings settings, CancellationToken cancel)
    {
        ModelError[] unknown = NotCompiled(network, source.Text ?? "").ToArray();
        if (unknown.Length > 0)
            return CompileOutcome.Failed(unknown);
        Plan plan = Plan(network, settings, cancel);
        long words = plan.Layers.Where(layer => layer.Lowering == Lowering.PopCountTable)
            .Sum(layer => (long)layer.Channels * layer.InputWords * (layer.Rows.HasElementMasks ? 2 : 1));
        if (words > CostModel.ConstantWords)
            return CompileOutcome.Failed([CompilerErrors.OnFile(CompilerErrors.TooLargeToCompile, Literal.Of(words), Literal.Of(CostModel.ConstantWords))]);
        string text = ModelEmitter.Emit(plan, settings, ModelNames.FileName(source.Path), hash, cancel);
        return new(new(settings.FullName, text, plan.Text), default, plan.Layers.Select(Note).ToEquatableArray());
    }

    /// <summary>Runs the passes and chooses a lowering for each layer of a network that <see cref="CanCompile"/> accepts.</summary>
    public static Plan Plan(Network network, CompileSettings settings, CancellationToken cancel = default)
    {
        var passes = new List<PassRecord>();
        Network compact = NetworkPasses.Run(network, passes.Add, cancel);
        return Planner.Choose(network, compact, passes, settings, cancel);
    }

    /// <summary>Whether every layer is of a kind that is compiled.</summary>
    public static bool CanCompile(Network network) => network.Layers.All(IsCompiled);

    private static bool IsCompiled(Layer layer) => layer is DenseLayer or FlattenLayer or ScoresLayer;

    private static IEnumerable<ModelError> NotCompiled(Network network, string text)
    {
        string[] lines = CanCompile(network) ? [] : text.Split('\n');
        int line = -1;
        for (int i = 0; i < network.Layers.Length && lines.Length > 0; i++)
        {
            line = Array.FindIndex(lines, line + 1, candidate => candidate.StartsWith("layer ", StringComparison.Ordinal));
            if (!IsCompiled(network.Layers[i]))
            {
                yield return new(CompilerErrors.LayerNotCompiled, Math.Max(0, line), 0, line < 0 ? 0 : lines[line].TrimEnd('\r').Length,
                    new([ModelNames.Quote(network.Layers[i].Name), network.Layers[i].Keyword]));
            }
        }
    }

    private static ModelError Note(LayerPlan layer) => CompilerErrors.OnFile(
        CompilerErrors.Lowered, ModelNames.Quote(layer.Layer.Name), layer.Shape.TrimEnd(','), layer.Lowering.ToString(), layer.Reason);
}
