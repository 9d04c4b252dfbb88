using System.ComponentModel;

namespace Bnn.Kernels;

/// <summary>Scratch words for models that need more than about 128 KB, too much for the stack: one buffer for each thread, grown once and kept.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class ThreadScratch
{
    [ThreadStatic]
    private static ulong[]? t_words;

    // A model may hand a part of its words to a network over lanes, which needs others.
    [ThreadStatic]
    private static ulong[]? t_lanes;

    // Planes of such a network with their complements.
    [ThreadStatic]
    private static ulong[]? t_literals;

    /// <summary><paramref name="count"/> words of any content; valid until the thread asks again.</summary>
    public static Span<ulong> Words(int count) => Of(ref t_words, count);

    /// <summary>At least <paramref name="count"/> words of any content from a cache line on, beside <see cref="Words"/>; valid until the thread asks again.</summary>
    internal static Span<ulong> Lanes(int count) => LaneBuffer.Align(Of(ref t_lanes, checked(count + LaneBuffer.AlignmentWords)));

    /// <summary>The same beside both.</summary>
    internal static Span<ulong> Literals(int count) => LaneBuffer.Align(Of(ref t_literals, checked(count + LaneBuffer.AlignmentWords)));

    private static Span<ulong> Of(ref ulong[]? words, int count)
    {
        if (words is null || words.Length < count)
            words = new ulong[count];
        return words.AsSpan(0, count);
    }
}
