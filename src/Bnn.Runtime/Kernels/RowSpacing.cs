using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Bnn.Kernels;

/// <summary>Rows of a <see cref="PixelLayout"/> in a word: side by side as in a stream, or at their pitch.</summary>
/// <remarks>One instruction that picks single bits, where it is fast; else halves of the word move apart, then quarters, then eighths: at most three steps of four operations for all rows of a word.</remarks>
internal readonly ref struct RowSpacing
{
    private readonly bool _picksBits;
    private readonly int _pitch, _group8, _group16, _group32;
    private readonly ulong _rows, _mask8, _mask16, _mask32;

    /// <param name="layout">Pitch and width of the rows.</param>
    /// <param name="picksBits">Whether to pick single bits; the processor must have the instructions, <see cref="InputWindow.IsFast"/>.</param>
    public RowSpacing(PixelLayout layout, bool picksBits)
    {
        (_picksBits, _pitch, _rows) = (picksBits, layout.Pitch, layout.WordMask);
        // Bits of the rows that lie in so many lanes: no division for each word.
        (_group8, _group16, _group32) = (8 / _pitch * layout.Width, 16 / _pitch * layout.Width, 32 / _pitch * layout.Width);
        (_mask8, _mask16, _mask32) = (Mask(8, _group8), Mask(16, _group16), Mask(32, _group32));
    }

    /// <summary>Rows side by side to rows at their pitch; what lies between them becomes 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Spread(ulong rows)
    {
        if (_picksBits)
            return Bmi2.X64.ParallelBitDeposit(rows, _rows);
        if (_pitch <= 32)
            rows = Apart(rows, _mask32, _group32, 32);
        if (_pitch <= 16)
            rows = Apart(rows, _mask16, _group16, 16);
        return _pitch == 8 ? Apart(rows, _mask8, _group8, 8) : rows & _rows;
    }

    /// <summary>Rows at their pitch to rows side by side; what lies between them is left out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Close(ulong word)
    {
        if (_picksBits)
            return Bmi2.X64.ParallelBitExtract(word, _rows);
        if (_pitch == 8)
            word = Together(word, _mask8, _group8, 8);
        if (_pitch <= 16)
            word = Together(word, _mask16, _group16, 16);
        return _pitch <= 32 ? Together(word, _mask32, _group32, 32) : word & _rows;
    }

    private ulong Mask(int lanes, int group) => lanes < _pitch ? 0 : BitStream.Low(group) * PixelLayout.Repeat(Math.Min(64, 2 * lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Apart(ulong x, ulong mask, int group, int lanes) => (x & mask) | ((x >> group & mask) << lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Together(ulong x, ulong mask, int group, int lanes) => (x & mask) | ((x >> lanes & mask) << group);
}
