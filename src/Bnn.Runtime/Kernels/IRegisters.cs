namespace Bnn.Kernels;

/// <summary>A number of registers that the JIT knows, so that it keeps only the sums that are there.</summary>
internal interface IRegisters
{
    /// <summary>The number.</summary>
    static abstract int Count { get; }
}

/// <summary>One.</summary>
internal readonly struct OneRegister : IRegisters
{
    /// <inheritdoc/>
    public static int Count => 1;
}

/// <summary>Two.</summary>
internal readonly struct TwoRegisters : IRegisters
{
    /// <inheritdoc/>
    public static int Count => 2;
}

/// <summary>Four.</summary>
internal readonly struct FourRegisters : IRegisters
{
    /// <inheritdoc/>
    public static int Count => 4;
}

/// <summary>Eight.</summary>
internal readonly struct EightRegisters : IRegisters
{
    /// <inheritdoc/>
    public static int Count => 8;
}
