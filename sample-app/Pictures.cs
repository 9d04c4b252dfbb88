namespace SampleApp;

/// <summary>Shows images as text, side by side, with label and answer.</summary>
internal static class Pictures
{
    private const string Shades = " .:-=+*#%@";

    public static void Show(Samples samples, ReadOnlySpan<string> labels, Func<byte[], int> predict, params int[] indices)
    {
        // A character is about twice as high as wide: show two columns of a small image, or every second row of a large one.
        int rowStep = samples.Height > 16 ? 2 : 1, repeat = samples.Height > 16 ? 1 : 2;
        for (int row = 0; row < samples.Height; row += rowStep)
            Console.WriteLine("  " + string.Join("    ", indices.Select(index => Row(samples, index, row, rowStep, repeat))).TrimEnd());
        int width = samples.Width * repeat;
        var lines = new List<string>();
        foreach (int index in indices)
        {
            int answer = predict(samples.Image(index).ToArray());
            lines.Add($"{Label(labels, samples.Labels[index])} -> {Label(labels, answer)}{(answer == samples.Labels[index] ? "" : "  (wrong)")}".PadRight(width));
        }
        Console.WriteLine("  " + string.Join("    ", lines).TrimEnd());
        Console.WriteLine();
    }

    private static string Label(ReadOnlySpan<string> labels, int index) => labels.Length > 0 ? labels[index] : index.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Row(Samples samples, int index, int row, int rowStep, int repeat)
    {
        var text = new System.Text.StringBuilder();
        for (int column = 0; column < samples.Width; column++)
        {
            int sum = 0;
            for (int i = 0; i < rowStep; i++)
                sum += samples.Image(index)[((row + i) * samples.Width) + column];
            text.Append(Shades[sum * (Shades.Length - 1) / (samples.Largest * rowStep)], repeat);
        }
        return text.ToString();
    }
}
