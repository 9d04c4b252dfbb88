using Bnn.Benchmarks.Onnx;
using Bnn.Inference;
using Bnn.Model;

namespace Bnn.Benchmarks.Contenders;

/// <summary>All ways to run a network, in the order of the table.</summary>
internal static class AllContenders
{
    /// <summary>Makes them.</summary>
    /// <param name="network">Any network.</param>
    /// <param name="code">What was generated of it alone, or null: only the others.</param>
    public static IReadOnlyList<Contender> Of(Network network, GeneratedCode? code)
    {
        if (code is null)
            return RivalsOf(network);
        (PredictOne one, PredictMany many) = code.Methods(0);
        return [new ManagedContender("generated", network.InputLength, one, many), .. RivalsOf(network)];
    }

    /// <summary>All but generated code.</summary>
    /// <param name="network">Any network.</param>
    /// <param name="choosing">Milliseconds to try each form of an ONNX model in, to keep the fastest.</param>
    public static IReadOnlyList<Contender> RivalsOf(Network network, double choosing = 60)
    {
        int length = network.InputLength;
        Interpreter plain = new(network), vector = new(network, InterpreterMode.Vector);
        return
        [
            new ManagedContender("interpreter, plain", length, plain.Predict, plain.PredictBatch),
            new ManagedContender("interpreter, vector", length, vector.Predict, vector.PredictBatch),
            Loops("loop of PopCount", (weights, isEightBit) => new PackedCounter<PopCountLoop>(weights, isEightBit)),
            Loops("HammingBitDistance", (weights, isEightBit) => new PackedCounter<HammingDistance>(weights, isEightBit)),
            Loops("RSR++", (weights, isEightBit) => new SegmentCounter(weights, isEightBit)),
            new OnnxContender("ONNX Runtime, float32", choosing, ("Gemm", batch => new FloatExport(network, batch).Run())),
            new OnnxContender("ONNX Runtime, int8", choosing,
                ("QGemm", batch => new IntegerExport(network, batch, IntegerForm.Fused).Run()),
                ("QGemm, threshold apart", batch => new IntegerExport(network, batch, IntegerForm.FusedFromZero).Run()),
                ("MatMulInteger", batch => new IntegerExport(network, batch, IntegerForm.MatMulInteger).Run())),
        ];

        Contender Loops(string name, CounterFactory makeCounter) => new ManagedContender(name, length, new LayerLoops(network, makeCounter).Predict);
    }
}
