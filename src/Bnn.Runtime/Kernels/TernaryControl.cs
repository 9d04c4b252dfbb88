namespace Bnn.Kernels;

/// <summary>Truth tables of three bits for the ternary logic instruction: bit 4a + 2b + c is the result for first, second and third operand a, b, c.</summary>
internal static class TernaryControl
{
    /// <summary>a ^ b ^ c: the sum of a full adder.</summary>
    public const byte Sum = 0x96;

    /// <summary>Two or three of a, b, c: the carry of a full adder.</summary>
    public const byte Carry = 0xE8;

    /// <summary>a ? b : c</summary>
    public const byte Select = 0xCA;

    /// <summary>a ≠ b ? a : c: one digit of a comparison.</summary>
    public const byte Greater = 0xB2;
}
