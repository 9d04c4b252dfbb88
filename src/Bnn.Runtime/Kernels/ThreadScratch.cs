using System.ComponentModel;

namespace Bnn.Kernels;

/// <summary>Scratch words for models that need more than about 128 KB, too much for the stack: one buffer for each thread, grown once and kept.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class ThreadScratch
{
    [ThreadStatic]
    private static ulong[]? t_words;

    /// <summary>At least <paramref name="count"/> words of any content; valid until the thread asks again.</summary>
    public static Span<ulong> Words(int count)
    {
        if (t_words is null || t_words.Length < count)
            t_words = new ulong[count];
        return t_words.AsSpan(0, count);
    }
}
