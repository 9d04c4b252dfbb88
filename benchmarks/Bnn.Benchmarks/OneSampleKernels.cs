using System.Runtime.Intrinsics.X86;
using Bnn.Kernels;
using Bnn.Model;

namespace Bnn.Benchmarks;

/// <summary>The kernels for one sample of a dense layer, beside a plain loop of <c>PopCount</c> and a batch over vector lanes: layers with random weights.</summary>
/// <remarks>Samples of a share of ones take turns, so that no branch can learn them.</remarks>
internal static class OneSampleKernels
{
    private const int Samples = 32;

    public static void Run()
    {
        Console.WriteLine($"{Environment.ProcessorCount} processors, .NET {Environment.Version}; ternary logic {(Avx512F.VL.IsSupported ? "on" : "off")}.");
        Console.WriteLine($"Processor time, median of {LaneKernels.Rounds} alternating rounds, one thread; MAC = all weights;");
        Console.WriteLine("cycles by a chain of multiplications of the same rounds.");
        Console.WriteLine();
        Console.WriteLine("| layer | way | ns per sample | MAC per cycle | ratio to the loop | | made in |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        // The loop itself past the tiers, once for all.
        LaneKernels.Warm(LaneKernels.Loop(784, 256, 1).Run);
        Thread.Sleep(1000);
        foreach ((int inputs, int channels) in new[] { (784, 256), (256, 128), (4096, 4096), (1024, 1024), (64, 64), (128, 10), (576, 64) })
        {
            LaneKernels.Print($"{inputs} → {channels}", (long)inputs * channels, LaneKernels.Loop(inputs, channels, 1),
                [LaneKernels.Dense<Lanes256>(inputs, channels), .. Columns(inputs, channels, 0.19), .. Columns(inputs, channels, 0.5)]);
        }
    }

    private static LaneKernels.Way[] Columns(int inputs, int channels, double ones) =>
    [
        Columns<Lanes64>(inputs, channels, ones), Columns<Lanes128>(inputs, channels, ones),
        Columns<Lanes256>(inputs, channels, ones), Columns<Lanes512>(inputs, channels, ones),
    ];

    private static LaneKernels.Way Columns<TLanes>(int inputs, int channels, double ones)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        (ulong[] signs, _) = LaneKernels.Weights(inputs, channels, 1, 0.5);
        int[] limits = Enumerable.Repeat(inputs / 2, channels).ToArray();
        (ColumnLayer layer, double table) = LaneKernels.Made(() => ColumnLayer.Create(inputs, signs, default, limits));
        ulong[][] samples = Inputs(inputs, ones);
        var output = new ulong[WeightMatrix.WordsFor(channels)];
        return new($"columns, {64 * TLanes.Words} lanes, {ones:P0} ones", 64 * TLanes.Words, TLanes.IsAccelerated, Samples, 0, table, () =>
        {
            foreach (ulong[] sample in samples)
                layer.Run<TLanes>(sample, output);
        });
    }

    private static ulong[][] Inputs(int inputs, double ones)
    {
        var random = new Random(3);
        return [.. Enumerable.Range(0, Samples).Select(_ =>
        {
            var input = new ulong[WeightMatrix.WordsFor(inputs)];
            for (int i = 0; i < inputs; i++)
                input[i >> 6] |= random.NextDouble() < ones ? 1UL << (i & 63) : 0;
            return input;
        })];
    }
}
