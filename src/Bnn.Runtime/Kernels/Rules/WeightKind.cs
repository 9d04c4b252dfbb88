namespace Bnn.Kernels;

/// <summary>What a weight is: +1, −1 or pruned.</summary>
internal enum WeightKind
{
    /// <summary>No weight is of this kind.</summary>
    None,

    /// <summary>+1, a 1 in the signs.</summary>
    Plus,

    /// <summary>−1, a live 0 in the signs.</summary>
    Minus,

    /// <summary>Neither.</summary>
    Pruned,
}
