using System.Diagnostics;
using System.Globalization;
using Bnn.Model;
using Xunit.Abstractions;

namespace Bnn.Runtime.Tests.Model;

/// <summary>Damaged files never break the reader. <c>BNN_FUZZ=1000000 dotnet test …</c> runs as many of them; see docs/testing.md.</summary>
public class ReaderFuzzTests(ITestOutputHelper output)
{
    [Fact]
    public void Any_damaged_file_gives_a_sound_network_or_errors_with_places_in_it()
    {
        int count = int.Parse(Environment.GetEnvironmentVariable("BNN_FUZZ") ?? "20000", CultureInfo.InvariantCulture);
        var kinds = new SortedDictionary<string, int>();
        int networks = 0;
        long start = Stopwatch.GetTimestamp();
        TimeSpan longest = TimeSpan.Zero;
        for (int seed = 0; seed < count; seed++)
        {
            string text = ModelMutations.Text(seed);
            long began = Stopwatch.GetTimestamp();
            ReadResult result = Read(text, seed);
            if (Stopwatch.GetElapsedTime(began) is var time && time > longest)
                longest = time;
            if (Fault(text, result) is { } fault)
                Assert.Fail($"Seed {seed}: {fault}\n{text}");
            networks += result.Network is null ? 0 : 1;
            foreach (ModelError error in result.Errors)
                kinds[error.Kind.Id] = kinds.GetValueOrDefault(error.Kind.Id) + 1;
        }
        output.WriteLine($"{count} files in {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s, longest {longest.TotalMilliseconds:F0} ms: "
            + $"{networks} networks, {string.Join(", ", kinds)}");
        Assert.InRange(longest, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        // The damage reaches everything that the reader does: each kind of error, and networks that are another.
        Assert.Equal(ModelErrors.All.Select(kind => kind.Id), kinds.Keys);
        Assert.InRange(networks, count / 50, count);
    }

    private static ReadResult Read(string text, int seed)
    {
        try
        {
            return BnnReader.Read(text);
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"Seed {seed}\n{text}", error);
        }
    }

    private static string? Fault(string text, ReadResult result)
    {
        if (result.Network is null != result.Errors.Length > 0)
            return "a network and errors, or neither";
        if (result.Network is { } network)
        {
            if (NetworkVerifier.Check(network).Count > 0)
                return "an unsound network";
            ReadResult again = BnnReader.Read(BnnWriter.Write(network));
            return network.Equals(again.Network) ? null : "another network after writing and reading";
        }
        string[] lines = text.Split('\n');
        ModelError before = result.Errors[0];
        foreach (ModelError error in result.Errors)
        {
            if (error.Line < 0 || error.Line >= lines.Length || error.Column < 0 || error.Length < 0 || error.Column + error.Length > lines[error.Line].Length)
                return $"a place outside the text: {error}";
            if (error.Line < before.Line || (error.Line == before.Line && error.Column < before.Column))
                return $"errors out of order: {error}";
            if (error.Message is not { Length: > 0 } message || message.Any(c => c is < ' ' or > '~'))
                return $"a message that is not printable: {error}";
            before = error;
        }
        return null;
    }
}
