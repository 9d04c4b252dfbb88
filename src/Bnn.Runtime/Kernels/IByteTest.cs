using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Bnn.Kernels;

/// <summary>Which bytes of an image give a bit 1.</summary>
internal interface IByteTest
{
    /// <summary>All ones (−1) in the bytes that pass.</summary>
    Vector<byte> Passing(Vector<byte> values);

    /// <summary>Bit i: whether byte i passes. For processors with registers of 512 bits, where it is two operations.</summary>
    ulong Bits(Vector512<byte> values);
}

/// <summary>value ≥ <paramref name="threshold"/></summary>
internal readonly struct AtLeastTest(byte threshold) : IByteTest
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<byte> Passing(Vector<byte> values) => Vector.GreaterThanOrEqual(values, new Vector<byte>(threshold));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Bits(Vector512<byte> values) => Vector512.GreaterThanOrEqual(values, Vector512.Create(threshold)).ExtractMostSignificantBits();
}

/// <summary>The value has the bit <paramref name="bit"/>, a power of two.</summary>
internal readonly struct BitTest(byte bit) : IByteTest
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<byte> Passing(Vector<byte> values) => Vector.Equals(values & new Vector<byte>(bit), new Vector<byte>(bit));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Bits(Vector512<byte> values) => Vector512.Equals(values & Vector512.Create(bit), Vector512.Create(bit)).ExtractMostSignificantBits();
}
