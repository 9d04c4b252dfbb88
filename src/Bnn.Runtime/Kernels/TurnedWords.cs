using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Bnn.Kernels;

/// <summary>The taps of a window over images of one word, up to 8x8 pixels, whose positions are one word too: each is the word of the image, turned round.</summary>
/// <remarks>
/// What comes in from the other end of the word belongs to no position at which the tap lies inside the image. Several taps turn it at once, each in a word of a register: some four instructions for eight of them.
/// Immutable.
/// </remarks>
internal sealed class TurnedWords
{
    // Of each tap: lanes to turn right by, and the positions at which it lies inside.
    private readonly ulong[] _turns, _inside;
    private readonly ulong _padding;

    /// <param name="turns"><c>[taps]</c> lanes to the right of a position, any integer.</param>
    /// <param name="inside"><c>[taps]</c> positions at which the tap lies inside the image.</param>
    /// <param name="paddingBit">What it sees elsewhere.</param>
    public TurnedWords(ReadOnlySpan<int> turns, ReadOnlySpan<ulong> inside, bool paddingBit)
    {
        _turns = new ulong[turns.Length];
        for (int i = 0; i < turns.Length; i++)
            _turns[i] = (ulong)turns[i] & 63;
        _inside = inside.ToArray();
        _padding = paddingBit ? ulong.MaxValue : 0;
    }

    /// <summary>Taps that this processor turns at once: 8, 4 or 1.</summary>
    public static int Together => Avx512F.IsSupported && Vector512.IsHardwareAccelerated ? 8 : Avx2.IsSupported && Vector256.IsHardwareAccelerated ? 4 : 1;

    /// <summary>The words of all taps of some planes.</summary>
    /// <param name="planes">A plane every <paramref name="stride"/> words.</param>
    /// <param name="stride">Words from one plane to the next.</param>
    /// <param name="count">Number of planes.</param>
    /// <param name="taps">Receives <c>[count, taps]</c> words; lanes without a position hold anything.</param>
    /// <param name="complements">So many words further on their complements are received too; 0: they are not wanted.</param>
    /// <param name="together">Taps to turn at once, up to <see cref="Together"/>.</param>
    /// <exception cref="ArgumentException">A span is too short.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Gather(ReadOnlySpan<ulong> planes, int stride, int count, Span<ulong> taps, int complements, int together)
    {
        int all = _turns.Length;
        if (count < 1 || planes.Length <= (count - 1L) * stride || taps.Length < ((long)count * all) + complements)
            throw new ArgumentException($"{count} planes in {planes.Length} words do not give {all} taps each in {taps.Length} words.", nameof(planes));
        ref ulong turns = ref MemoryMarshal.GetArrayDataReference(_turns), inside = ref MemoryMarshal.GetArrayDataReference(_inside);
        ref ulong to = ref MemoryMarshal.GetReference(taps), plane = ref MemoryMarshal.GetReference(planes);
        int whole = all / together * together;
        for (; count > 0; count--, plane = ref Unsafe.Add(ref plane, stride), to = ref Unsafe.Add(ref to, all))
        {
            ulong bits = plane;
            int i = 0;
            if (together == 8)
            {
                for (; i < whole; i += 8)
                {
                    Vector512<ulong> mask = Vector512.LoadUnsafe(ref inside, (nuint)i), turned = Avx512F.RotateRightVariable(Vector512.Create(bits), Vector512.LoadUnsafe(ref turns, (nuint)i));
                    turned = (turned & mask) | Vector512.AndNot(Vector512.Create(_padding), mask);
                    turned.StoreUnsafe(ref to, (nuint)i);
                    if (complements != 0)
                        (~turned).StoreUnsafe(ref to, (nuint)(i + complements));
                }
            }
            else if (together == 4)
            {
                for (; i < whole; i += 4)
                {
                    Vector256<ulong> mask = Vector256.LoadUnsafe(ref inside, (nuint)i), turn = Vector256.LoadUnsafe(ref turns, (nuint)i), x = Vector256.Create(bits);
                    // A shift by 64 gives 0.
                    Vector256<ulong> turned = Avx2.ShiftRightLogicalVariable(x, turn) | Avx2.ShiftLeftLogicalVariable(x, Vector256.Create(64UL) - turn);
                    turned = (turned & mask) | Vector256.AndNot(Vector256.Create(_padding), mask);
                    turned.StoreUnsafe(ref to, (nuint)i);
                    if (complements != 0)
                        (~turned).StoreUnsafe(ref to, (nuint)(i + complements));
                }
            }
            for (; i < all; i++)
            {
                ulong mask = Unsafe.Add(ref inside, i), turned = (BitOperations.RotateRight(bits, (int)Unsafe.Add(ref turns, i)) & mask) | (_padding & ~mask);
                Unsafe.Add(ref to, i) = turned;
                if (complements != 0)
                    Unsafe.Add(ref to, i + complements) = ~turned;
            }
        }
    }
}
