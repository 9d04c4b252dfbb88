using System.Diagnostics;
using Bnn.Benchmarks.Contenders;
using Bnn.Benchmarks.Measuring;
using Bnn.Benchmarks.Networks;
using Bnn.Benchmarks.Onnx;
using Bnn.Inference;
using Bnn.Model;

namespace Bnn.Benchmarks.Runs;

/// <summary>All ways to run a network side by side, from the bytes of samples to their classes.</summary>
internal static class RivalRun
{
    private const int Rounds = 11;

    // Distinct samples for single calls: more than a branch predictor learns by heart.
    private const int MostSingles = 256;

    // A call that would take longer gets a smaller batch, of at least 64.
    private const double LongestCall = 0.5e9;

    public static void Run(Options options, string command)
    {
        var report = new Report();
        report.Machine(command);
        report.Line($"Processor time of one thread, medians of up to {Rounds} rounds in which all ways take turns.");
        report.Line("Ratio: time of this way / time of generated code in the same rounds.");
        report.Line("MAC per cycle: all weights at all positions, an eight-bit input once; cycles by a chain of multiplications in the same rounds.");
        var bars = new List<Bar>();
        foreach (string name in options.Networks)
            Network(name, options, report, bars);
        CallOverhead(report, options.Milliseconds);
        if (options.Pruned)
        {
            foreach (string name in options.Networks.Where(name => !name.Contains('/') && !BenchmarkNetworks.IsFile(name)))
                PruningRun.Run(name, options, report);
        }
        if (options.Compared.Length > 0)
            PruningRun.Run("Models", options.Compared, options, report);
        if (options.Tiers)
        {
            TierRun.Head(report);
            foreach (string name in options.Networks)
                TierRun.Run(name, options, report);
        }
        if (options.FirstCall)
        {
            foreach (string name in options.Networks)
                FirstCall.Run(name, report);
        }
        if (options.Out is null)
            return;
        Directory.CreateDirectory(options.Out);
        report.Save(Path.Combine(options.Out, "rivals.md"));
        File.WriteAllText(Path.Combine(options.Out, "rivals.svg"), BarChart.Draw("Time of one sample, from bytes to class", bars));
    }

    private static void Network(string name, Options options, Report report, List<Bar> bars)
    {
        Network network = BenchmarkNetworks.Named(name);
        long from = Stopwatch.GetTimestamp();
        GeneratedCode? code = GeneratedCode.Try([network], out string reason);
        TimeSpan compiling = Stopwatch.GetElapsedTime(from);
        report.Line();
        report.Line($"## {BenchmarkNetworks.Title(name)}: {Macs(network):N0} MAC, {network.Operations():N0} operations");
        report.Line();
        if (code is null)
            report.Line($"Not compiled, so ratios are to the first row: {reason}");
        else
            report.Line($"Generated and compiled in {compiling.TotalSeconds:N1} s, the start of the compiler included; {code.AssemblyBytes:N0} bytes.");
        Contender[] contenders = [.. AllContenders.Of(network, code).Where((contender, i) => i == 0 || Wanted(contender.Name, options))];
        foreach (string which in options.Inputs)
        {
            int most = Math.Max(MostSingles, options.Batches.Max());
            Inputs inputs = which == "noise" ? Inputs.Noise(network, most) : Inputs.Real(network, most);
            int[] classes = Classes(network, inputs.Images);
            report.Line();
            report.Line($"### {name}, {inputs.Name}: {Inputs.Ones(network, inputs.Images):P0} of the input bits are 1");
            report.Head("batch", "way", "ns per sample", "ratio", "MAC per cycle", "bytes allocated per call");
            double[] estimates = [.. contenders.Select(contender => Estimate(contender, inputs.Images, network.InputLength))];
            foreach (int batch in options.Batches)
                Batch(contenders, inputs.Images, classes, batch, estimates);

            void Batch(IReadOnlyList<Contender> ways, byte[] images, int[] expected, int batch, double[] estimates)
            {
                int[] batches = [.. estimates.Select(estimate => Affordable(batch, estimate))];
                Work[] works = [.. ways.Select((way, i) => way.Prepare(images[..(network.InputLength * Samples(batches[i], estimates[i]))], batches[i]))];
                for (int i = 0; i < works.Length; i++)
                    Check(works[i], expected, $"{ways[i].Name} on {name}, batch of {batches[i]}");
                (double[] times, double cycle) = Timing.Medians(
                    [.. works.Select(work => (Action)work.Run)], options.Milliseconds, Rounds, passes: Timing.PassesOfNewCode);
                for (int i = 0; i < works.Length; i++)
                {
                    double each = times[i] / works[i].Samples, ratio = each / (times[0] / works[0].Samples);
                    string form = ways[i] is OnnxContender onnx ? $" ({onnx.Chosen[batches[i]]})" : "";
                    int calls = works[i].Samples / Math.Min(batches[i], works[i].Samples);
                    double bytes = Timing.Allocated(works[i].Run) / (double)calls, macs = Macs(network) * cycle / each;
                    report.Line($"| {batches[i]} | {ways[i].Name}{form} | {each:N0} | {ratio:N2} | {macs:N1} | {bytes:N0} |");
                    if (batch == 1 && which == options.Inputs[0])
                        bars.Add(new(name, ways[i].Name, each));
                    estimates[i] = each;
                    works[i].Dispose();
                }
            }
        }
        foreach (Contender contender in contenders)
            contender.Dispose();
    }

    private static bool Wanted(string name, Options options) =>
        options.Ways.Length == 0 || options.Ways.Any(way => name.Contains(way, StringComparison.OrdinalIgnoreCase));

    // Nanoseconds of a sample, roughly.
    private static double Estimate(Contender contender, byte[] images, int length)
    {
        using Work work = contender.Prepare(images[..length], 1);
        return Timing.Quick(work.Run, milliseconds: 5);
    }

    private static int Affordable(int batch, double estimate)
    {
        while (batch > 64 && batch * estimate > LongestCall)
            batch /= 2;
        return batch;
    }

    // One batch, or so many single samples that a run takes a few milliseconds.
    private static int Samples(int batch, double estimate) => batch > 1 ? batch : Math.Clamp((int)(20e6 / estimate), 4, MostSingles);

    // The interpreter, which is checked against the reference here and in tests, is the judge: the reference takes a second for a sample of a large network.
    private static int[] Classes(Network network, byte[] images)
    {
        var interpreter = new Interpreter(network);
        int samples = (int)Math.Clamp(400_000_000L / network.Operations(), 1, 16);
        for (int i = 0; i < samples; i++)
        {
            ReadOnlySpan<byte> image = images.AsSpan(i * network.InputLength, network.InputLength);
            if (interpreter.Predict(image) != Reference.Predict(network, image))
                throw new InvalidOperationException($"The interpreter differs from the reference on '{network.Name}'.");
        }
        var classes = new int[images.Length / network.InputLength];
        interpreter.PredictBatch(images, classes);
        return classes;
    }

    private static void Check(Work work, int[] expected, string what)
    {
        work.Run();
        if (!work.Classes().AsSpan().SequenceEqual(expected.AsSpan(0, work.Samples)))
            throw new InvalidOperationException($"Wrong classes: {what}. A rival that is wrong is none.");
    }

    /// <summary>Weights times positions, with or without mask; an eight-bit input counts once.</summary>
    internal static long Macs(Network network)
    {
        IReadOnlyList<Shape> shapes = network.Shapes();
        return network.Layers.Select((layer, i) => layer is WeightedLayer weighted
            ? weighted.Positions(shapes[i]) * weighted.Weights.Rows * weighted.Weights.Columns
            : 0).Sum();
    }

    private static void CallOverhead(Report report, double milliseconds)
    {
        using var model = new OnnxModel(OnnxExport.OneNode());
        using Work work = model.Bind([1], 1);
        (double[] times, _) = Timing.Medians([work.Run], milliseconds, Rounds);
        report.Line();
        report.Line($"A call of ONNX Runtime that casts one byte takes {times[0]:N0} ns: what is left of its time without a network.");
    }
}
