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
        ModelError? clash = source.ClashesWith is null ? null : CompilerErrors.OnFile(
            CompilerErrors.DuplicateClass, ModelNames.Quote(ModelNames.FileName(source.Path)), ModelNames.Quote(source.ClashesWith), settings.FullName);
        if (clash is not null && !source.IsFirstOfClash)
            errors.Add(clash);
        if (source.Text is null)
            return CompileOutcome.Failed([.. errors, CompilerErrors.OnFile(CompilerErrors.Unreadable, ModelNames.Quote(ModelNames.FileName(source.Path)))]);
        ReadResult read = BnnReader.Read(source.Text, cancel);
        errors.AddRange(read.Errors);
        if (read.Network is null || errors.Count > 0)
            return CompileOutcome.Failed(errors);
        CompileOutcome outcome = Compile(read.Network, read, source, settings, cancel);
        return clash is null ? outcome : outcome with { Notes = outcome.Notes.Append(clash).ToEquatableArray() };
    }

    private static CompileOutcome Compile(Network network, ReadResult read, ModelSource source, CompileSettings settings, CancellationToken cancel)
    {
        Plan plan = Plan(network, settings, cancel);
        if (TooLarge(plan) is { } error)
            return CompileOutcome.Failed([error]);
        string text = ModelEmitter.Emit(plan, settings, ModelNames.FileName(source.Path), read.Hash, cancel);
        return new(new(settings.FullName, text, plan.Text), default, plan.Layers.Select(Note).ToEquatableArray());
    }

    /// <summary>Runs the passes and chooses a lowering for each layer of a sound network.</summary>
    public static Plan Plan(Network network, CompileSettings settings, CancellationToken cancel = default)
    {
        var passes = new List<PassRecord>();
        Network compact = NetworkPasses.Run(network, passes.Add, cancel);
        Plan plan = Planner.Choose(network, compact, passes, settings, cancel);
        // Lanes need tables of their own; without them a model may still be small enough.
        return TooLarge(plan) is null || settings.Goal == Goal.Size ? plan
            : Planner.Choose(network, compact, passes, settings with { Goal = Goal.Size }, cancel);
    }

    /// <summary>What to tell if a plan holds more constants than can be compiled; else null.</summary>
    public static ModelError? TooLarge(Plan plan)
    {
        long words = plan.Layers.Sum(layer => layer.TableWords) + new LaneTables(plan).Words;
        return words <= CostModel.ConstantWords ? null
            : CompilerErrors.OnFile(CompilerErrors.TooLargeToCompile, Literal.Of(words), Literal.Of(CostModel.ConstantWords));
    }

    private static ModelError Note(LayerPlan layer) => CompilerErrors.OnFile(
        CompilerErrors.Lowered, ModelNames.Quote(layer.Layer.Name), layer.Shape, layer.How, layer.Reason);
}
