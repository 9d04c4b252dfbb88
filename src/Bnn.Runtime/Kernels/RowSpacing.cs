using System.Runtime.CompilerServices;

namespace Bnn.Kernels;

/// <summary>Rows of a <see cref="PixelLayout"/> in a word: side by side as in a stream, or at their pitch.</summary>
/// <remarks>Halves of the word move apart, then quarters, then eighths: at most three steps of four operations for all rows of a word.</remarks>
internal readonly ref struct RowSpacing
{
    private readonly int _pitch, _width;
    private readonly ulong _mask8, _mask16, _mask32;

    /// <param name="layout">Pitch and width of the rows.</param>
    public RowSpacing(PixelLayout layout)
    {
        (_pitch, _width) = (layout.Pitch, layout.Width);
        (_mask8, _mask16, _mask32) = (Mask(8), Mask(16), Mask(32));
    }

    /// <summary>Rows side by side to rows at their pitch; what lies between them becomes 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Spread(ulong rows)
    {
        if (_pitch <= 32)
            rows = Apart(rows, _mask32, Group(32), 32);
        if (_pitch <= 16)
            rows = Apart(rows, _mask16, Group(16), 16);
        return _pitch == 8 ? Apart(rows, _mask8, Group(8), 8) : rows;
    }

    /// <summary>Rows at their pitch to rows side by side; what lies between them is left out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Close(ulong word)
    {
        if (_pitch == 8)
            word = Together(word, _mask8, Group(8), 8);
        if (_pitch <= 16)
            word = Together(word, _mask16, Group(16), 16);
        return _pitch <= 32 ? Together(word, _mask32, Group(32), 32) : word & BitStream.Low(_width);
    }

    // Bits of the rows that lie in so many lanes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Group(int lanes) => lanes / _pitch * _width;

    private ulong Mask(int lanes) => lanes < _pitch ? 0 : BitStream.Low(Group(lanes)) * PixelLayout.Repeat(Math.Min(64, 2 * lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Apart(ulong x, ulong mask, int group, int lanes) => (x & mask) | ((x >> group & mask) << lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Together(ulong x, ulong mask, int group, int lanes) => (x & mask) | ((x >> lanes & mask) << group);
}
