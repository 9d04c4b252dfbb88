namespace Bnn.Trainer.Experiments;

/// <summary>What someone may have meant who wrote a word that is not known.</summary>
internal static class NearWord
{
    private const int MostEdits = 2;

    /// <summary>The known word that takes the fewest edits, at most two, or of which the written one is a part; null: none is near.</summary>
    public static string? Of(string written, IEnumerable<string> known)
    {
        string[] words = [.. known];
        string? nearest = words.MinBy(word => Edits(written, word));
        return nearest is not null && Edits(written, nearest) <= Math.Min(MostEdits, nearest.Length / 2)
            ? nearest
            : words.FirstOrDefault(word => written.Length > 2 && (Begins(word, written) || Begins(written, word)));
    }

    private static bool Begins(string word, string beginning) => word.StartsWith(beginning, StringComparison.Ordinal);

    // Levenshtein's distance.
    private static int Edits(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }
        return row[b.Length];
    }
}
