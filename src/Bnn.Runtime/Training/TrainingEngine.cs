namespace Bnn.Training;

/// <summary>Which engine computes the bits of a run.</summary>
public static class TrainingEngine
{
    /// <summary>Equal version, options and data: equal bits. Results that were kept are told apart by it.</summary>
    /// <remarks>
    /// Raise it whenever a run that could be trained before gets other bits: another order of a sum, another default of an option, another
    /// formula, other random numbers. New methods that old options do not ask for, and speed alone, leave it as it is. A golden test
    /// (<c>EngineVersionTests</c>) fails when bits change under the same version.
    /// </remarks>
    public const int Version = 1;
}
