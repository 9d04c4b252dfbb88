using System.Numerics;
using System.Runtime.Intrinsics.X86;
using Bnn.Kernels;
using Bnn.Model;

namespace Bnn.Benchmarks;

/// <summary>The kernels for one sample of a dense layer with random weights, beside a loop of <c>PopCount</c> and a batch over vector lanes.</summary>
/// <remarks>32 samples of a share of ones take turns, so that branches are as hard to foresee as in use.</remarks>
internal static class OneSampleKernels
{
    private const int Samples = 32;

    public static void Run()
    {
        Console.WriteLine($"{Environment.ProcessorCount} processors, .NET {Environment.Version}; ternary logic {(Avx512F.VL.IsSupported ? "on" : "off")}.");
        Console.WriteLine($"Processor time, median of {LaneKernels.Rounds} alternating rounds, one thread; MAC = all weights;");
        Console.WriteLine("cycles by a chain of multiplications of the same rounds.");
        Console.WriteLine();
        Console.WriteLine("| layer | way | ns per sample | MAC per cycle | ratio to the loop | planes added | made in |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        foreach ((int inputs, int channels) in new[] { (784, 256), (256, 128), (4096, 4096), (1024, 1024), (64, 64), (128, 10), (576, 64) })
        {
            var layer = new Layer(inputs, channels);
            Print($"{inputs} → {channels}", layer,
            [
                LaneKernels.Dense<Lanes256>(inputs, channels),
                .. Columns(layer, 0.19), .. Columns(layer, 0.5), .. Enum.GetValues<PermuteTier>().Select(tier => Permute(layer, tier)),
            ]);
        }
        foreach ((int inputs, int channels) in new[] { (784, 512), (784, 64), (3072, 512) })
            Bytes(inputs, channels);
        var masked = new Layer(784, 256, live: 0.5);
        Print("784 → 256, masks, 50 % live", masked,
            [Columns<Lanes256>(masked, 0.19), Columns<Lanes256>(masked, 0.5), .. Enum.GetValues<PermuteTier>().Select(tier => Permute(masked, tier))]);
        foreach ((int blockChannels, int blockInputs) in new[] { (64, 1), (64, 8), (32, 8), (16, 8) })
        {
            var layer = new Layer(3136, 256, live: 0.15, blockChannels, blockInputs);
            Print($"3136 → 256, 15 % live in blocks of {blockChannels}x{blockInputs}", layer, [.. Enum.GetValues<PermuteTier>().Select(tier => Permute(layer, tier))]);
        }
        foreach ((int inputs, int channels) in new[] { (1728, 192), (192, 192), (1152, 128), (576, 64), (288, 32), (2304, 256), (4608, 512) })
        {
            var layer = new Layer(inputs, channels);
            Print($"positions of a kernel, {inputs} → {channels}", layer,
            [
                .. Columns(layer, 0.5), .. Enum.GetValues<PermuteTier>().SelectMany(tier => (LaneKernels.Way[])[Permute(layer, tier), Positions(layer, tier)]),
            ]);
        }
    }

    // A first layer on bytes: what words do, with planes packed from the bytes, and the ways of ByteSumLayer.
    private static void Bytes(int inputs, int channels)
    {
        var layer = new Layer(inputs, channels);
        int[] limits = [.. layer.Limits.Select(limit => 255 * limit)];
        int words = WeightMatrix.WordsFor(inputs);
        byte[][] samples = [.. Enumerable.Range(0, Samples).Select(_ => new byte[inputs])];
        var random = new Random(3);
        foreach (byte[] sample in samples)
            random.NextBytes(sample);
        ulong[] planes = new ulong[8 * words], output = layer.Output;
        LaneKernels.Way[] ways = [.. Enum.GetValues<PermuteTier>().Where(tier => tier >= ByteSumLayer.Best).Select(tier =>
        {
            (ByteSumLayer sums, double table) = LaneKernels.Made(() => ByteSumLayer.Create(inputs, layer.Signs, layer.Masks, limits, tier));
            return Each($"sums of bytes, {tier}", table, sample => sums.Run(sample, output));
        })];
        LaneKernels.Print($"{inputs} bytes → {channels}", (long)inputs * channels,
            Each("loop of PopCount over planes", 0, sample => FirePlanes(sample, layer.Signs, limits, planes, output)), ways);

        LaneKernels.Way Each(string name, double table, Action<byte[]> run) => new(name, 1, true, Samples, 0, table, () =>
        {
            foreach (byte[] sample in samples)
                run(sample);
        });
    }

    // count = Σ v + 255 · |w| − 2 · Σ v·w, as generated code on words does it.
    private static void FirePlanes(byte[] sample, ulong[] signs, int[] limits, ulong[] planes, ulong[] output)
    {
        int words = planes.Length / 8, all = sample.Sum(value => value);
        Array.Clear(planes);
        Array.Clear(output);
        for (int bit = 0; bit < 8; bit++)
            InputPacking.Bit(sample, bit, planes.AsSpan(bit * words, words), 0);
        for (int c = 0; c < limits.Length; c++)
        {
            int sum = 0, positive = 0;
            for (int w = 0; w < words; w++)
            {
                ulong row = signs[(c * words) + w];
                positive += BitOperations.PopCount(row);
                for (int bit = 0; bit < 8; bit++)
                    sum += BitOperations.PopCount(planes[(bit * words) + w] & row) << bit;
            }
            output[c >> 6] |= all + (255 * positive) - (2 * sum) <= limits[c] ? 1UL << (c & 63) : 0;
        }
    }

    private sealed class Layer
    {
        public Layer(int inputs, int channels, double live = 1)
        {
            Inputs = inputs;
            (Signs, Masks) = LaneKernels.Weights(inputs, channels, live, 0.5);
            Limits = [.. Enumerable.Repeat((int)(inputs * live / 2), channels)];
        }

        /// <summary>Weights live or are pruned in blocks.</summary>
        public Layer(int inputs, int channels, double live, int blockChannels, int blockInputs)
        {
            Inputs = inputs;
            int words = WeightMatrix.WordsFor(inputs);
            (Signs, _) = LaneKernels.Weights(inputs, channels, 1, 0.5);
            Masks = new ulong[Signs.Length];
            for (int c = 0; c < channels; c++)
            {
                // The same numbers for all rows of a block.
                var random = new Random(c / blockChannels);
                bool isLive = false;
                for (int i = 0; i < inputs; i++)
                {
                    isLive = i % blockInputs == 0 ? random.NextDouble() < live : isLive;
                    Masks[(c * words) + (i / 64)] |= isLive ? 1UL << (i % 64) : 0;
                }
            }
            for (int i = 0; i < Signs.Length; i++)
                Signs[i] &= Masks[i];
            Limits = [.. Enumerable.Repeat((int)(inputs * live / 2), channels)];
        }

        public int Inputs { get; }

        public ulong[] Signs { get; }

        public ulong[] Masks { get; }

        public int[] Limits { get; }

        public ulong[] Output => new ulong[WeightMatrix.WordsFor(Limits.Length)];
    }

    private static void Print(string name, Layer layer, LaneKernels.Way[] ways) =>
        LaneKernels.Print(name, (long)layer.Inputs * layer.Limits.Length, Loop(layer, 0.5), ways);

    private static LaneKernels.Way Loop(Layer layer, double ones)
    {
        int words = WeightMatrix.WordsFor(layer.Inputs);
        ulong[][] rows = [.. layer.Limits.Select((_, c) => layer.Signs[(c * words)..((c + 1) * words)])];
        ulong[] output = layer.Output;
        return Way("loop of PopCount", 1, true, layer, ones, 0, 0, sample => LaneKernels.Fire(rows, sample, layer.Limits[0], output));
    }

    private static LaneKernels.Way[] Columns(Layer layer, double ones) =>
        [Columns<Lanes64>(layer, ones), Columns<Lanes128>(layer, ones), Columns<Lanes256>(layer, ones), Columns<Lanes512>(layer, ones)];

    private static LaneKernels.Way Columns<TLanes>(Layer layer, double ones)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        (ColumnLayer columns, double table) = LaneKernels.Made(() => ColumnLayer.Create(layer.Inputs, layer.Signs, layer.Masks, layer.Limits));
        ulong[] output = layer.Output;
        int lanes = 64 * TLanes.Words, registers = (layer.Limits.Length + lanes - 1) / lanes;
        return Way($"columns, {lanes} lanes, {ones:P0} ones", lanes, TLanes.IsAccelerated, layer, ones, registers, table,
            sample => columns.Run<TLanes>(sample, output));
    }

    private static LaneKernels.Way Permute(Layer layer, PermuteTier tier)
    {
        (PermuteLayer permute, double table) = LaneKernels.Made(() => PermuteLayer.Create(layer.Inputs, layer.Signs, layer.Masks, layer.Limits, tier));
        ulong[] output = layer.Output;
        return Way($"permute, {tier}", 1, tier >= PermuteLayer.Best, layer, 0.5, 0, table, sample => permute.Run(sample, output));
    }

    private static LaneKernels.Way Positions(Layer layer, PermuteTier tier)
    {
        (PermuteLayer permute, double table) = LaneKernels.Made(() => PermuteLayer.Create(layer.Inputs, layer.Signs, layer.Masks, layer.Limits, tier));
        ulong[] inputs = [.. Inputs(layer, 0.5).SelectMany(input => input)], outputs = new ulong[Samples * layer.Output.Length];
        return new($"permute, {tier}, positions together", 1, tier >= PermuteLayer.Best, Samples, 0, table, () => permute.Run(inputs, Samples, outputs));
    }

    // Each listed input, a one or a zero, is a plane to add in each register.
    private static LaneKernels.Way Way(
        string name, int lanes, bool isFast, Layer layer, double ones, int registers, double table, Action<ulong[]> run)
    {
        ulong[][] samples = Inputs(layer, ones);
        double listed = samples.Select(sample => sample.Sum(BitOperations.PopCount)).Average(count => Math.Min(count, layer.Inputs - count));
        return new(name, lanes, isFast, Samples, (long)listed * registers, table, () =>
        {
            foreach (ulong[] sample in samples)
                run(sample);
        });
    }

    private static ulong[][] Inputs(Layer layer, double ones)
    {
        var random = new Random(3);
        return [.. Enumerable.Range(0, Samples).Select(_ =>
        {
            var input = new ulong[WeightMatrix.WordsFor(layer.Inputs)];
            for (int i = 0; i < layer.Inputs; i++)
                input[i >> 6] |= random.NextDouble() < ones ? 1UL << (i & 63) : 0;
            return input;
        })];
    }
}
