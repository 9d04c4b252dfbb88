using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Bnn.Benchmarks.Measuring;
using Bnn.Kernels;
using Bnn.Model;

namespace Bnn.Benchmarks;

/// <summary>The kernels over vector lanes, width by width, beside a plain loop of <c>PopCount</c> in one process: layers with random weights.</summary>
/// <remarks>Processor time instead of the clock, for machines that do other work at the same time.</remarks>
internal static class LaneKernels
{
    internal const int Rounds = 41;

    public static void Run()
    {
        Console.WriteLine($"{Environment.ProcessorCount} processors, .NET {Environment.Version}; ternary logic {(Avx512F.VL.IsSupported ? "on" : "off")}.");
        Console.WriteLine($"Processor time, median of {Rounds} alternating rounds, one thread; MAC = all weights at all positions;");
        Console.WriteLine("cycles by a chain of multiplications of the same rounds.");
        Console.WriteLine();
        Console.WriteLine("| layer | way | ns per sample or image | MAC per cycle | ratio to the loop | planes added | table made in |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        foreach ((int inputs, int channels) in new[] { (784, 256), (256, 128), (1568, 256), (4096, 256) })
        {
            Print($"{inputs} → {channels}", (long)inputs * channels, Loop(inputs, channels, 1),
                [Dense<Lanes64>(inputs, channels), Dense<Lanes128>(inputs, channels), Dense<Lanes256>(inputs, channels), Dense<Lanes512>(inputs, channels)]);
        }
        foreach (double minority in new[] { 0.25, 0.125 })
            Print($"784 → 256, {minority:P1} of rarer sign", 784 * 256, Loop(784, 256, 1), [Dense<Lanes256>(784, 256, 1, minority)]);
        foreach (double live in new[] { 0.5, 0.25, 0.1 })
            Print($"784 → 256, {live:P0} live", 784 * 256, Loop(784, 256, 1), [Dense<Lanes256>(784, 256, live)]);
        (Shape, int, int)[] convolutions =
            [(new(64, 14, 14), 64, 3), (new(32, 28, 28), 32, 3), (new(192, 8, 8), 192, 3), (new(96, 16, 16), 192, 5), (new(192, 16, 16), 192, 1)];
        foreach ((Shape input, int channels, int kernel) in convolutions)
        {
            int inputs = input.Channels * kernel * kernel, positions = input.Height * input.Width;
            Way[] ways =
            [
                Convolution<Lanes64>(input, channels, kernel), Convolution<Lanes128>(input, channels, kernel),
                Convolution<Lanes256>(input, channels, kernel), Convolution<Lanes512>(input, channels, kernel),
                BatchConvolution<Lanes256>(input, channels, kernel), BatchConvolution<Lanes512>(input, channels, kernel),
            ];
            Print($"{kernel}x{kernel} {input} → {channels}", (long)positions * inputs * channels, Loop(inputs, channels, positions), ways);
        }
        foreach (double live in new[] { 1, 0.5, 0.25, 0.1 })
        {
            foreach (Shape input in new Shape[] { new(96, 8, 8), new(48, 16, 16) })
            {
                int inputs = input.Channels * 9;
                Way[] ways =
                [
                    Convolution<Lanes64>(input, 96, 3, live), Convolution<Lanes128>(input, 96, 3, live),
                    Convolution<Lanes256>(input, 96, 3, live), Convolution<Lanes512>(input, 96, 3, live),
                ];
                Print($"3x3 {input} → 96, {live:P0} live", (long)input.Height * input.Width * inputs * 96, Loop(inputs, 96, input.Height * input.Width), ways);
            }
        }
        Console.WriteLine();
        Console.WriteLine("| step | way | ns per sample or image |");
        Console.WriteLine("| --- | --- | --- |");
        foreach (Way[] ways in new[] { Steps<Lanes64>(), Steps<Lanes128>(), Steps<Lanes256>(), Steps<Lanes512>() })
        {
            (double[] times, _) = Medians(ways);
            for (int i = 0; i < ways.Length; i++)
                Console.WriteLine(FormattableString.Invariant($"| {ways[i].Name} | {ways[i].Lanes} lanes | {times[i] / ways[i].Samples:N1} |"));
        }
    }

    internal sealed record Way(string Name, int Lanes, bool IsFast, int Samples, long Planes, double Table, Action Run);

    internal static void Print(string layer, long operations, Way loop, Way[] lanes)
    {
        Way[] ways = [loop, .. lanes.Where(way => way.IsFast)];
        (double[] times, double nanosecondsOfCycle) = Medians(ways);
        for (int i = 0; i < ways.Length; i++)
        {
            double time = times[i] / ways[i].Samples, ratio = times[0] / ways[0].Samples / time;
            double macs = operations * nanosecondsOfCycle / time;
            Console.WriteLine(FormattableString.Invariant(
                $"| {layer} | {ways[i].Name} | {time:N0} | {macs:N0} | {ratio:N2} | {ways[i].Planes:N0} | {ways[i].Table:N2} ms |"));
        }
    }

    // Nanoseconds of a run of each way, and of a cycle.
    private static (double[] Times, double Cycle) Medians(Way[] ways) =>
        Timing.Medians([.. ways.Select(way => way.Run)], milliseconds: Rounds * 0.4, Rounds, warm: 400);

    // The patches of a convolution are given to it for nothing.
    internal static Way Loop(int inputs, int channels, int positions)
    {
        int words = WeightMatrix.WordsFor(inputs);
        ulong[][] rows = [.. Enumerable.Range(0, channels).Select(_ => Noise(words))];
        ulong[] x = Noise(words), output = new ulong[WeightMatrix.WordsFor(channels)];
        return new("loop of PopCount", 1, true, 1, 0, 0, () =>
        {
            for (int p = 0; p < positions; p++)
                Fire(rows, x, inputs / 2, output);
        });
    }

    internal static void Fire(ulong[][] rows, ulong[] x, int limit, ulong[] output)
    {
        Array.Clear(output);
        for (int c = 0; c < rows.Length; c++)
        {
            if (HandWritten.Count(x, rows[c]) <= limit)
                output[c >> 6] |= 1UL << (c & 63);
        }
    }

    internal static Way Dense<TLanes>(int inputs, int channels, double live = 1, double minority = 0.5)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        (ulong[] signs, ulong[] masks) = Weights(inputs, channels, live, minority);
        int[] limits = Enumerable.Repeat((int)(inputs * live / 2), channels).ToArray();
        (LaneLayer layer, double table) = Made(() => LaneLayer.Create(inputs, signs, masks, limits));
        Memory<ulong> planes = Aligned(layer.Planes * TLanes.Words), output = Aligned(channels * TLanes.Words);
        Noise(planes.Length).CopyTo(planes);
        return new($"{64 * TLanes.Words} lanes", 64 * TLanes.Words, TLanes.IsAccelerated, 64 * TLanes.Words, layer.Additions, table,
            () => layer.Run<TLanes>(planes.Span, output.Span, TLanes.Words));
    }

    private static Way Convolution<TLanes>(Shape input, int channels, int kernel, double live = 1)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int inputs = input.Channels * kernel * kernel;
        (ulong[] signs, ulong[] masks) = Weights(inputs, channels, live, 0.5);
        int[] limits = Enumerable.Repeat((int)(inputs * live / 2), channels).ToArray();
        var layout = new PixelLayout(input.Height, input.Width);
        (LaneConvolution convolution, double table) = Made(() => LaneConvolution.Create(
            new(layout, kernel, kernel, 1, 1, kernel / 2, kernel / 2, input.Height, input.Width, false), input.Channels, 1, signs, masks, limits));
        Memory<ulong> planes = Noise(input.Channels * convolution.Input.Stride<TLanes>());
        Memory<ulong> output = Aligned(channels * convolution.Output.Stride<TLanes>()), scratch = Aligned(convolution.ScratchWords<TLanes>());
        long additions = convolution.Additions * convolution.Output.Registers<TLanes>();
        return new($"{64 * TLanes.Words} lanes", 64 * TLanes.Words, TLanes.IsAccelerated, 1, additions, table,
            () => convolution.Run<TLanes>(planes.Span, output.Span, scratch.Span));
    }

    private static Way BatchConvolution<TLanes>(Shape input, int channels, int kernel)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int inputs = input.Channels * kernel * kernel;
        (ulong[] signs, _) = Weights(inputs, channels, 1, 0.5);
        int[] limits = Enumerable.Repeat(inputs / 2, channels).ToArray();
        var window = new SampleWindow(input.Height, input.Width, kernel, kernel, 1, 1, kernel / 2, kernel / 2, input.Height, input.Width);
        (SampleConvolution convolution, double table) = Made(() =>
            SampleConvolution.Create(window, input.Channels, paddingBit: false, 1, signs, default, limits));
        Memory<ulong> planes = Aligned(convolution.Planes * TLanes.Words), output = Aligned(convolution.OutputPlanes * TLanes.Words);
        Memory<ulong> scratch = Aligned(convolution.ScratchWords<TLanes>());
        Noise(planes.Length).CopyTo(planes);
        int samples = 64 * TLanes.Words;
        return new($"batch of {samples} in {samples} lanes", samples, TLanes.IsAccelerated, samples, convolution.Additions, table,
            () => convolution.Run<TLanes>(planes.Span, output.Span, scratch.Span));
    }

    private static Way[] Steps<TLanes>()
        where TLanes : unmanaged, ILanes<TLanes>
    {
        if (!TLanes.IsAccelerated)
            return [];
        int samples = 64 * TLanes.Words;
        byte[] images = MemoryMarshal.AsBytes<ulong>(Noise(samples * 98)).ToArray();
        Memory<ulong> planes = Aligned(784 * TLanes.Words), hidden = Noise(128 * TLanes.Words);
        (ulong[] signs, _) = Weights(128, 10, 1, 0.5);
        LaneScores scores = LaneScores.Create(128, signs, default, new int[10], scale: 1);
        var classes = new int[samples];
        var values = new int[samples * 10];
        var pool = new LanePool(new(28, 28), 2, 2, 2, 2, 0, 0, 14, 14);
        ulong[] maps = Noise(32 * pool.Input.Stride<TLanes>()), pooled = new ulong[32 * pool.Output.Stride<TLanes>()];
        return
        [
            new("784 bytes to planes by one threshold", samples, true, samples, 0, 0,
                () => SamplePlanes.AtLeast<TLanes>(images, 784, 0, 784, 100, planes.Span)),
            new("128 → 10 scores, class", samples, true, samples, 0, 0, () => scores.Predict<TLanes>(hidden.Span, classes)),
            new("128 → 10 scores as integers", samples, true, samples, 0, 0, () => scores.Scores<TLanes>(hidden.Span, values)),
            new("pooling of 32x28x28", samples, true, 1, 0, 0,
                () => pool.Run(maps, pool.Input.Stride<TLanes>(), 32, default, pooled, pool.Output.Stride<TLanes>())),
        ];
    }

    // Time of the only making: a table is made once in the life of a process.
    internal static (T Made, double Milliseconds) Made<T>(Func<T> make)
    {
        TimeSpan from = Environment.CpuUsage.TotalTime;
        T made = make();
        return (made, (Environment.CpuUsage.TotalTime - from).TotalMilliseconds);
    }

    internal static (ulong[] Signs, ulong[] Masks) Weights(int inputs, int channels, double live, double minority)
    {
        var random = new Random(1);
        WeightMatrix weights = WeightMatrix.Create(channels, inputs, (_, _) => random.NextDouble() >= live ? 0 : random.NextDouble() < minority ? 1 : -1);
        IEnumerable<int> rows = Enumerable.Range(0, channels), words = Enumerable.Range(0, weights.WordsPerRow);
        ulong[] masks = weights.HasMask ? [.. rows.SelectMany(row => words.Select(word => weights.Live(row, word)))] : [];
        return ([.. rows.SelectMany(row => weights.Signs(row).ToArray())], masks);
    }

    private static ulong[] Noise(int words)
    {
        var noise = new ulong[words];
        new Random(2).NextBytes(MemoryMarshal.AsBytes(noise.AsSpan()));
        return noise;
    }

    // From a cache line on, as buffers on the stack of generated code are.
    private static Memory<ulong> Aligned(int words)
    {
        ulong[] array = GC.AllocateArray<ulong>(words + 7, pinned: true);
        return array.AsMemory((int)(-Marshal.UnsafeAddrOfPinnedArrayElement(array, 0) & 63) / 8, words);
    }
}
