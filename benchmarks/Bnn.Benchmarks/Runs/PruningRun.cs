using Bnn.Benchmarks.Contenders;
using Bnn.Benchmarks.Measuring;
using Bnn.Benchmarks.Networks;
using Bnn.Model;

namespace Bnn.Benchmarks.Runs;

/// <summary>What pruning brings: networks and their pruned forms, in the same rounds.</summary>
internal static class PruningRun
{
    private const int Rounds = 11;

    /// <summary>A network in all its pruned forms.</summary>
    public static void Run(string name, Options options, Report report) =>
        Run($"{name}, pruned", [name, .. BenchmarkNetworks.Prunings.Select(pruning => $"{name}/{pruning}")], options, report);

    /// <summary>Networks beside the first of them, which take the same images.</summary>
    public static void Run(string title, string[] names, Options options, Report report)
    {
        Network[] networks = [.. names.Select(BenchmarkNetworks.Named)];
        GeneratedCode? code = GeneratedCode.Try(networks, out string reason);
        report.Line();
        report.Line($"## {title}: time of generated code / that of {BenchmarkNetworks.Title(names[0])}");
        if (code is null)
        {
            report.Line();
            report.Line($"Not compiled: {reason}");
            return;
        }
        report.Head("batch", "network", "operations", "share", "ns per sample", "time / first");
        int largest = Math.Min(512, options.Batches.Max());
        byte[] images = (options.Inputs.Contains("real") ? Inputs.Real(networks[0], largest) : Inputs.Noise(networks[0], largest)).Images;
        foreach (int batch in new[] { 1, largest }.Distinct())
        {
            Work[] works = [.. networks.Select((network, i) =>
            {
                (PredictOne one, PredictMany many) = code.Methods(i);
                int samples = batch == 1 ? Math.Min(largest, 64) : batch;
                return new ManagedContender(names[i], network.InputLength, one, many).Prepare(images[..(samples * network.InputLength)], batch);
            })];
            (double[] times, _) = Timing.Medians([.. works.Select(work => (Action)work.Run)], options.Milliseconds, Rounds, passes: Timing.PassesOfNewCode);
            double operations = networks[0].Operations();
            for (int i = 0; i < works.Length; i++)
            {
                long live = networks[i].Operations();
                report.Line($"| {batch} | {BenchmarkNetworks.Title(names[i])} | {live:N0} | {live / operations:P1} | {times[i] / works[i].Samples:N0} | {times[i] / times[0]:N2} |");
                works[i].Dispose();
            }
        }
    }
}
