using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bnn.Kernels;

/// <summary>Buffers of registers begin at a cache line: kernels take any, but registers that lie in two cache lines cost twice as much.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class LaneBuffer
{
    /// <summary>Words to ask for beyond those that are needed.</summary>
    public const int AlignmentWords = 7;

    /// <summary>The part of a buffer from the next cache line on; up to <see cref="AlignmentWords"/> words shorter.</summary>
    /// <param name="words">A buffer on the stack or of an array. If the garbage collector moves an array, it is only less well aligned.</param>
    public static unsafe Span<ulong> Align(Span<ulong> words)
    {
        int skipped = (int)(-(nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(words)) & 63) / sizeof(ulong);
        return words[Math.Min(skipped, words.Length)..];
    }
}
