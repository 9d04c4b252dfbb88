namespace Bnn.Kernels;

/// <summary>Scratch words for models too large for the stack: one buffer for each thread, grown once and kept.</summary>
internal static class ThreadScratch
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
