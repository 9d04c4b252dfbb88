namespace Bnn.Kernels;

/// <summary>Truth tables of three bits for the ternary logic instruction: bit 4a + 2b + c is the result for first, second and third operand a, b, c.</summary>
internal static class TernaryControl
{
    /// <summary>a ^ b ^ c: the sum of a full adder.</summary>
    public const byte Sum = 0x96;

    /// <summary>The carry of a full adder from two of its bits a, c and its sum b: where a is the sum, the other two are equal, so the carry is c; else a.</summary>
    /// <remarks>With 256 and 128 bits not from the three bits: the instruction overwrites its first operand, and so neither it nor the sum needs a copy of a register.</remarks>
    public const byte Carry = Greater;

    /// <summary>The carry of a full adder from its three bits, which does not wait for the sum.</summary>
    public const byte Majority = 0xE8;

    /// <summary>a ? b : c</summary>
    public const byte Select = 0xCA;

    /// <summary>a ≠ b ? a : c: one digit of a comparison.</summary>
    public const byte Greater = 0xB2;
}
