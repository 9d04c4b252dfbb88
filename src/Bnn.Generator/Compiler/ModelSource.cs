using Bnn.Model;

namespace Bnn.Generator.Compiler;

/// <summary>A model file and what its user asked for: all that the compiler sees.</summary>
/// <param name="Path">Path of the file; only its last part is used, for names and in comments.</param>
/// <param name="Text">Its content, or null if it cannot be read.</param>
/// <param name="Options">What the user asked for, as written.</param>
internal sealed record ModelSource(string Path, string? Text, CompileOptions Options)
{
    /// <summary>Another model with the same class name, or null.</summary>
    public string? ClashesWith { get; init; }

    /// <summary>Whether this model comes before the one it clashes with: it is compiled, the other one is not.</summary>
    public bool IsFirstOfClash { get; init; }
}

/// <summary>Options as the user wrote them; null or empty stands for the default. <see cref="CompileSettings"/> holds what they mean.</summary>
internal sealed record CompileOptions
{
    /// <summary>Name of the generated class; by default made from the file name.</summary>
    public string? ClassName { get; init; }

    /// <summary>Namespace of the generated class; by default <see cref="DefaultNamespace"/>.</summary>
    public string? Namespace { get; init; }

    /// <summary>The project's root namespace or assembly name; characters that cannot stand in a namespace are replaced.</summary>
    public string? DefaultNamespace { get; init; }

    /// <summary><c>public</c> (default) or <c>internal</c>.</summary>
    public string? Visibility { get; init; }

    /// <summary>A <see cref="Planning.Goal"/> by name; <c>Latency</c> by default.</summary>
    public string? Goal { get; init; }

    /// <summary>A <see cref="Planning.Lowering"/> by name, for all layers; by default the planner chooses for each.</summary>
    public string? Lowering { get; init; }

    /// <summary>Most word operations that one layer may unroll to; a model may have two and a half times as many.</summary>
    public string? UnrolledBudget { get; init; }
}

/// <summary>What became of a model: source or errors, never both, and notes for its user.</summary>
/// <param name="Model">The generated class, or null if there are errors.</param>
/// <param name="Errors">Everything that is wrong, with places in the file.</param>
/// <param name="Notes">What is good to know.</param>
internal sealed record CompileOutcome(GeneratedModel? Model, EquatableArray<ModelError> Errors, EquatableArray<ModelError> Notes)
{
    public static CompileOutcome Failed(IEnumerable<ModelError> errors) => new(null, errors.ToEquatableArray(), default);
}

/// <summary>A generated class.</summary>
/// <param name="FullName">Namespace and name, <c>Models.Digits</c>.</param>
/// <param name="Source">The whole C# file.</param>
/// <param name="PlanText">How each layer was lowered and why, in lines for people.</param>
internal sealed record GeneratedModel(string FullName, string Source, string PlanText);
