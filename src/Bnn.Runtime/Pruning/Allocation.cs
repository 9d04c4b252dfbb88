namespace Bnn.Pruning;

/// <summary>What shares a budget out among the layers.</summary>
public enum Allocation
{
    /// <summary>The same rate for every hidden layer.</summary>
    Uniform,

    /// <summary>For every hidden layer the largest rate that costs the same accuracy when that layer is pruned alone.</summary>
    Sensitivity,

    /// <summary>In proportion to the share of each hidden layer's weights that still flip.</summary>
    Flips,

    /// <summary>Step by step where most cost is saved for the accuracy that the step loses, by the same table as <see cref="Sensitivity"/>.</summary>
    Greedy,
}
