namespace Bnn.Benchmarks;

/// <summary>Real images of the sample app.</summary>
internal static class SampleImages
{
    /// <summary>The first images of an idx file or of a table with 64 pixels in a row.</summary>
    /// <returns><c>[count, length]</c> bytes.</returns>
    public static byte[] Read(string path, int length, int count) => path.EndsWith(".csv", StringComparison.Ordinal)
        ? [.. File.ReadLines(path).Take(count).SelectMany(line => line.Split(',').Take(length).Select(byte.Parse))]
        : File.ReadAllBytes(path).AsSpan(16, count * length).ToArray();
}
