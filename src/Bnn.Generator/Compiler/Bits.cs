namespace Bnn.Generator.Compiler;

/// <summary>Bit arithmetic that netstandard2.0 does not have.</summary>
internal static class Bits
{
    /// <summary>Number of ones in <paramref name="bits"/>, in [0, 64].</summary>
    public static int PopCount(ulong bits)
    {
        bits -= bits >> 1 & 0x5555555555555555UL;
        bits = (bits & 0x3333333333333333UL) + (bits >> 2 & 0x3333333333333333UL);
        return (int)(unchecked(((bits + (bits >> 4)) & 0x0F0F0F0F0F0F0F0FUL) * 0x0101010101010101UL) >> 56);
    }
}
