using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bnn.Kernels;

/// <summary>Appends bits to a stream: each word is written once, when it is full or at <see cref="Flush"/>.</summary>
/// <param name="words">Receives the stream, from its first bit on; what it held does not matter. That all bits fit is not checked.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
[method: MethodImpl(MethodImplOptions.AggressiveInlining)]
public ref struct BitWriter(Span<ulong> words)
{
    private ref ulong _next = ref MemoryMarshal.GetReference(words);
    private ulong _word = 0;
    private int _used = 0;

    /// <summary>Appends the lowest <paramref name="count"/> bits, in [0, 64]; those above must be 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(ulong bits, int count)
    {
        _word |= bits << _used;
        int used = _used + count;
        if (used >= 64)
        {
            _next = _word;
            _next = ref Unsafe.Add(ref _next, 1);
            used -= 64;
            // What did not fit; two shifts, because a shift by 64 is one by 0.
            _word = bits >> 1 >> ~_used;
        }
        _used = used;
    }

    /// <summary>Appends <paramref name="count"/> bits of the stream <paramref name="source"/>, from <paramref name="bit"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Copy(ref readonly ulong source, int bit, int count)
    {
        for (; count > 64; count -= 64, bit += 64)
            Write(BitStream.Read(in source, bit), 64);
        if (count > 0)
            Write(BitStream.Read(in source, bit) & BitStream.Low(count), count);
    }

    /// <summary>Appends <paramref name="count"/> times the lowest bit of <paramref name="bit"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Fill(ulong bit, int count)
    {
        for (; count > 64; count -= 64)
            Write(0 - bit, 64);
        if (count > 0)
            Write((0 - bit) & BitStream.Low(count), count);
    }

    /// <summary>Writes the last word, if it was begun; bits behind the stream are 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Flush()
    {
        if (_used > 0)
            _next = _word;
    }
}
