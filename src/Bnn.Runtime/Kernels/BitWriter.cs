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
        if (count >= 64)
            CopyWords(ref Unsafe.Add(ref Unsafe.AsRef(in source), bit >> 6), bit, count >> 6);
        int rest = count & 63;
        if (rest != 0)
            Write(BitStream.Read(in source, bit + count - rest) & BitStream.Low(rest), rest);
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

    // Whole words, shifted by bit on reading and by what is used on writing. Nothing is to be shifted where channels come in whole words.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CopyWords(ref ulong source, int bit, int words)
    {
        if (((bit | _used) & 63) == 0)
        {
            MemoryMarshal.CreateReadOnlySpan(ref source, words).CopyTo(MemoryMarshal.CreateSpan(ref _next, words));
            _next = ref Unsafe.Add(ref _next, words);
            return;
        }
        ulong low = source;
        for (; words > 0; words--)
        {
            source = ref Unsafe.Add(ref source, 1);
            ulong high = source;
            ulong bits = low >> bit | high << 1 << ~bit;
            low = high;
            _next = _word | bits << _used;
            _next = ref Unsafe.Add(ref _next, 1);
            _word = bits >> 1 >> ~_used;
        }
    }
}
