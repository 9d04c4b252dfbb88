using System.Diagnostics;
using System.Globalization;
using Bnn.Benchmarks.Contenders;
using Bnn.Benchmarks.Measuring;
using Bnn.Benchmarks.Networks;
using Bnn.Model;

namespace Bnn.Benchmarks.Runs;

/// <summary>What generated code takes with AVX-512 and without it, in processes that take turns: the tier of vectors is fixed when a process starts.</summary>
internal static class TierRun
{
    private const int Starts = 5;
    private const int Rounds = 11;

    /// <summary>Measures a network in processes of both kinds and adds its lines.</summary>
    public static void Run(string name, Options options, Report report)
    {
        int[] batches = [.. new[] { 1, Math.Min(512, options.Batches.Max()) }.Distinct()];
        var with = batches.Select(_ => new List<double>()).ToArray();
        var without = batches.Select(_ => new List<double>()).ToArray();
        for (int start = 0; start < Starts; start++)
        {
            Add(with, "1");
            Add(without, "0");
        }
        for (int i = 0; i < batches.Length; i++)
        {
            double[] ratios = [.. with[i].Zip(without[i], (wide, narrow) => narrow / wide).Order()];
            report.Line($"| {name} | {batches[i]} | {Timing.Median(with[i]):N0} | {Timing.Median(without[i]):N0} | {ratios[Starts / 2]:N2} | {ratios[0]:N2} to {ratios[^1]:N2} |");
        }

        void Add(List<double>[] to, string isOn)
        {
            double[] times = Start(name, batches, options.Milliseconds, isOn);
            for (int i = 0; i < times.Length; i++)
                to[i].Add(times[i]);
        }
    }

    /// <summary>Adds what stands above the lines.</summary>
    public static void Head(Report report)
    {
        report.Line();
        report.Line($"## With AVX-512 and without it (`DOTNET_EnableAVX512=0`): generated code in {Starts} processes of each kind by turns");
        report.Line();
        report.Line("Nanoseconds of a sample, medians over the processes; the ratio is the median of those of neighbours.");
        report.Head("network", "batch", "with", "without", "without / with", "of all pairs");
    }

    /// <summary>What a process of its own does: prints the nanoseconds of a sample for each batch.</summary>
    /// <param name="words">Network, batches, milliseconds.</param>
    public static void Times(ReadOnlySpan<string> words)
    {
        Network network = BenchmarkNetworks.Named(words[0]);
        double milliseconds = double.Parse(words[2], CultureInfo.InvariantCulture);
        GeneratedCode code = GeneratedCode.Try([network], out string reason) ?? throw new InvalidOperationException(reason);
        (PredictOne one, PredictMany many) = code.Methods(0);
        foreach (int batch in words[1].Split(',').Select(int.Parse))
        {
            int samples = batch == 1 ? 64 : batch;
            using Work work = new ManagedContender(words[0], network.InputLength, one, many).Prepare(Inputs.Real(network, samples).Images, batch);
            double time = Timing.Medians([work.Run], milliseconds, Rounds, passes: Timing.PassesOfNewCode).Times[0] / work.Samples;
            Console.WriteLine(time.ToString("R", CultureInfo.InvariantCulture));
        }
    }

    private static double[] Start(string name, int[] batches, double milliseconds, string isOn)
    {
        var start = new ProcessStartInfo(
            "dotnet", [typeof(TierRun).Assembly.Location, "--times", name, string.Join(',', batches), milliseconds.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
        };
        start.Environment["DOTNET_EnableAVX512"] = isOn;
        using Process process = Process.Start(start)!;
        string[] lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        return process.ExitCode == 0 && lines.Length == batches.Length
            ? [.. lines.Select(line => double.Parse(line, CultureInfo.InvariantCulture))]
            : throw new InvalidOperationException($"A process for '{name}' ended with {process.ExitCode}.");
    }
}
