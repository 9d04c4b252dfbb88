namespace Bnn.Generator;

/// <summary>Names of the steps of the pipeline, for tests that look at what ran again.</summary>
public static class StepNames
{
    /// <summary>The text of each model file.</summary>
    public const string Read = "Read";

    /// <summary>What the project asks for, for each model file.</summary>
    public const string Options = "Options";

    /// <summary>The models to compile: each file once, with a name of its own for its source.</summary>
    public const string Arrange = "Arrange";

    /// <summary>Source and diagnostics of each model.</summary>
    public const string Compile = "Compile";
}
