using Bnn.Benchmarks.Networks;

namespace Bnn.Benchmarks.Runs;

/// <summary>What was asked for on the command line of <c>--rivals</c> and <c>--sweep</c>.</summary>
/// <param name="Networks">Names of <see cref="BenchmarkNetworks"/>, or model files.</param>
/// <param name="Compared">Model files whose generated code is compared with that of the first of them.</param>
/// <param name="Batches">Sizes of batches, rising.</param>
/// <param name="Inputs">Of <c>real</c> and <c>noise</c>.</param>
/// <param name="Ways">Parts of names of the ways that are measured beside generated code, or empty: all.</param>
/// <param name="Milliseconds">Processor time for each figure.</param>
/// <param name="Pruned">Whether the pruned forms of each network are compared too.</param>
/// <param name="FirstCall">Whether the first call in a fresh process is timed.</param>
/// <param name="Tiers">Whether generated code is timed with AVX-512 and without it.</param>
/// <param name="Out">Folder for the results, or null: only the console.</param>
internal sealed record Options(
    string[] Networks, string[] Compared, int[] Batches, string[] Inputs, string[] Ways, double Milliseconds, bool Pruned, bool FirstCall,
    bool Tiers, string? Out)
{
    /// <summary>Reads the words behind the command.</summary>
    /// <exception cref="UsageException">One is unknown or lacks its value.</exception>
    public static Options Read(ReadOnlySpan<string> words)
    {
        var options = new Options([.. BenchmarkNetworks.Names], [], [1, 64, 4096], ["real", "noise"], [], 150, Pruned: false, FirstCall: false, Tiers: false, Out: null);
        for (int i = 0; i < words.Length; i++)
        {
            string word = words[i];
            options = word switch
            {
                "--networks" => options with { Networks = Value(words, ref i).Split(',') },
                "--compare" => options with { Compared = Value(words, ref i).Split(',') },
                "--batches" => options with { Batches = [.. Value(words, ref i).Split(',').Select(int.Parse).Order()] },
                "--inputs" => options with { Inputs = Value(words, ref i).Split(',') },
                "--ways" => options with { Ways = Value(words, ref i).Split(',') },
                "--milliseconds" => options with { Milliseconds = double.Parse(Value(words, ref i), System.Globalization.CultureInfo.InvariantCulture) },
                "--out" => options with { Out = Value(words, ref i) },
                "--pruned" => options with { Pruned = true },
                "--first-call" => options with { FirstCall = true },
                "--tiers" => options with { Tiers = true },
                _ => throw new UsageException($"Unknown option '{word}'."),
            };
        }
        return options;
    }

    private static string Value(ReadOnlySpan<string> words, ref int index) =>
        ++index < words.Length ? words[index] : throw new UsageException($"'{words[index - 1]}' needs a value.");
}
