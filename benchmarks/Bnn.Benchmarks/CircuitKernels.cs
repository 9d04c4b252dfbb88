using System.Reflection;
using System.Runtime.Intrinsics;
using System.Runtime.Loader;
using Bnn.Benchmarks.Contenders;
using Bnn.EndToEnd.Tests;
using Bnn.Kernels;
using Bnn.Model;
using Microsoft.CodeAnalysis;

namespace Bnn.Benchmarks;

/// <summary>Dense layers of a batch as generated circuits, beside the tables of the same weights, with 256 lanes.</summary>
internal static class CircuitKernels
{
    public static void Run()
    {
        Console.WriteLine($"{Environment.ProcessorCount} processors, .NET {Environment.Version}.");
        Console.WriteLine($"Processor time, median of {LaneKernels.Rounds} alternating rounds, one thread; MAC = all weights;");
        Console.WriteLine("cycles by a chain of multiplications of the same rounds; 'made in' is the first call of a circuit, for the JIT.");
        Console.WriteLine();
        Console.WriteLine("| layer | way | ns per sample | MAC per cycle | ratio to the loop | planes added | made in |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        foreach ((int inputs, int channels, double live) in new[] { (32, 10, 1.0), (64, 24, 1), (64, 64, 1), (128, 32, 1), (256, 15, 1), (256, 64, 0.1) })
        {
            string layer = FormattableString.Invariant($"{inputs} → {channels}, {live:P0} live");
            LaneKernels.Print(layer, (long)inputs * channels, LaneKernels.Loop(inputs, channels, 1),
                [LaneKernels.Dense<Lanes256>(inputs, channels, live), Circuit(inputs, channels, live)]);
        }
    }

    // The class that stands in the generated model; a layer beyond the budget has none.
    private static LaneKernels.Way Circuit(int inputs, int channels, double live)
    {
        (ulong[] signs, ulong[] masks) = LaneKernels.Weights(inputs, channels, live, 0.5);
        WeightMatrix weights = WeightMatrix.Create(channels, inputs, signs, masks);
        var network = new Network("layer", Shape.Vector(inputs), new RawBitsEncoding(), new(
        [
            new DenseLayer("dense", weights, Enumerable.Repeat((int)(inputs * live / 2), channels).ToEquatableArray()),
            new ScoresLayer("scores", WeightMatrix.Create(2, channels, (row, column) => (row + column) % 2 == 0 ? 1 : -1), new([0, 0]), 1),
        ]), default, default);
        byte[] bytes = GeneratedModels.Emit([("Model", BnnWriter.Write(network))], GeneratedCode.Options(OutputKind.DynamicallyLinkedLibrary), "BitCircuit");
        Assembly assembly = AssemblyLoadContext.Default.LoadFromStream(new MemoryStream(bytes));
        var circuit = (SampleCircuit)Activator.CreateInstance(assembly.GetType("Generated.Model+BatchLanes+Circuit0", throwOnError: true)!, nonPublic: true)!;
        Vector256<ulong>[] planes = new Vector256<ulong>[inputs], output = new Vector256<ulong>[channels], scratch = new Vector256<ulong>[circuit.Scratch + 1];
        var random = new Random(2);
        for (int i = 0; i < inputs; i++)
            planes[i] = Vector256.Create((ulong)random.NextInt64(), (ulong)random.NextInt64(), (ulong)random.NextInt64(), (ulong)random.NextInt64());
        (_, double first) = LaneKernels.Made(() =>
        {
            circuit.Run(ref planes[0], ref output[0], ref scratch[0]);
            return output;
        });
        return new("circuit", Lanes256.Words * 64, Lanes256.IsAccelerated, Lanes256.Words * 64, 0, first,
            () => circuit.Run(ref planes[0], ref output[0], ref scratch[0]));
    }
}
