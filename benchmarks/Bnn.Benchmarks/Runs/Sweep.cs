using Bnn.Benchmarks.Contenders;
using Bnn.Benchmarks.Measuring;
using Bnn.Benchmarks.Networks;
using Bnn.Inference;
using Bnn.Model;

namespace Bnn.Benchmarks.Runs;

/// <summary>Looks for cliffs: over many shapes, generated code for one sample must not be slower than the plain interpreter.</summary>
internal static class Sweep
{
    private const double Factor = 1.05, Nanoseconds = 20;
    private const int Samples = 64, Rounds = 7, NetworksOfAssembly = 64;

    private static readonly int[] s_widths = [1, 2, 3, 5, 8, 16, 31, 33, 64, 100, 128, 256, 512, 1024, 2048, 4096];
    private static readonly int[] s_sides = [1, 2, 3, 5, 7, 8, 14, 16, 28, 31, 32, 33, 47, 63, 64];
    private const int MostWeights = 1 << 20;

    /// <summary>Measures all shapes.</summary>
    /// <returns>Whether no shape is slower than allowed, after a second look at those that seemed so.</returns>
    public static bool Run(Options options, string command)
    {
        var report = new Report();
        report.Machine(command);
        report.Line("One sample of noise; time of generated code and of the plain interpreter, nanoseconds of processor time.");
        report.Line($"Allowed: {Factor} times the interpreter's and {Nanoseconds} ns.");
        Network[] networks = [.. Dense(), .. Images()];
        (PredictOne One, PredictMany Many)[] methods = [.. networks.Chunk(NetworksOfAssembly)
            .SelectMany(chunk => { var code = new GeneratedCode(chunk); return Enumerable.Range(0, chunk.Length).Select(code.Methods); })];
        Pair[] pairs = [.. networks.Zip(methods, (network, method) => new Pair(network, method.One))];
        Measure(pairs, milliseconds: 4, Rounds);
        Pair[] slow = [.. pairs.Where(pair => pair.IsSlow)];
        foreach (Pair[] chunk in slow.Chunk(8))
            Measure(chunk, options.Milliseconds, 15);
        report.Head("network", "generated", "interpreter", "ratio", "");
        foreach (Pair pair in pairs)
        {
            string verdict = pair.IsSlow ? "slower than allowed" : "";
            report.Line($"| {pair.Network.Name} | {pair.Generated:N0} | {pair.Interpreted:N0} | {pair.Generated / pair.Interpreted:N2} | {verdict} |");
        }
        Pair[] failed = [.. slow.Where(pair => pair.IsSlow)];
        report.Line();
        string names = failed.Length == 0 ? "none" : string.Join(", ", failed.Select(pair => pair.Network.Name));
        report.Line($"{pairs.Length} shapes; slower than allowed: {names}.");
        if (options.Out is not null)
        {
            Directory.CreateDirectory(options.Out);
            report.Save(Path.Combine(options.Out, "sweep.md"));
        }
        return failed.Length == 0;
    }

    private static IEnumerable<Network> Dense() =>
        from inputs in s_widths
        from channels in s_widths
        where inputs * channels <= MostWeights || inputs + channels == 2 * s_widths[^1]
        select new NetworkBuilder($"dense {inputs} to {channels}", new(1, 1, inputs), new ThresholdEncoding(new([128])), seed: 1).Dense(channels).Scores(2);

    private static IEnumerable<Network> Images() =>
        from side in s_sides
        from kernel in (int[])[1, 3, 5]
        from channels in (int[])[3, 32]
        select new NetworkBuilder($"{kernel}x{kernel} on {channels}x{side}x{side}", new(1, side, side), new ThresholdEncoding(new([128])), seed: 1)
            .Convolution(3, channels).Convolution(kernel, 16).Scores(2, isSum: true);

    private static void Measure(Pair[] pairs, double milliseconds, int rounds)
    {
        (double[] times, _) = Timing.Medians([.. pairs.SelectMany(pair => pair.Runs)], milliseconds, rounds, warm: Math.Max(2, milliseconds / 5));
        for (int i = 0; i < pairs.Length; i++)
            (pairs[i].Generated, pairs[i].Interpreted) = (times[2 * i] / Samples, times[(2 * i) + 1] / Samples);
    }

    private sealed class Pair
    {
        public Pair(Network network, PredictOne generated)
        {
            Network = network;
            byte[] images = Inputs.Noise(network, Samples).Images;
            PredictOne[] ways = [generated, new Interpreter(network).Predict];
            Work[] works = [.. ways.Select((way, i) => new ManagedContender($"{network.Name}, {i}", network.InputLength, way).Prepare(images, 1))];
            foreach (Work work in works)
                work.Run();
            if (!works[0].Classes().AsSpan().SequenceEqual(works[1].Classes()))
                throw new InvalidOperationException($"Generated code differs from the interpreter on '{network.Name}'.");
            Runs = [.. works.Select(work => (Action)work.Run)];
        }

        public Network Network { get; }

        public IReadOnlyList<Action> Runs { get; }

        public double Generated { get; set; }

        public double Interpreted { get; set; }

        public bool IsSlow => Generated > (Factor * Interpreted) + Nanoseconds;
    }
}
