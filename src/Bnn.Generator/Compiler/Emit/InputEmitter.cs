using Bnn.Generator.Compiler.Planning;

namespace Bnn.Generator.Compiler.Emit;

/// <summary>Writes how the bytes that are read become packed bits.</summary>
internal static class InputEmitter
{
    /// <summary>Declares and fills <c>bits</c> of the first layer that is computed.</summary>
    public static void Emit(SourceWriter w, InputLayout input, LayerPlan first)
    {
        string bits = LayerText.Bits(first.Index);
        int planes = input.IsEightBit ? 8 : 1;
        w.Line($"global::System.Span<ulong> {bits} = stackalloc ulong[{Literal.Of(planes * input.Words)}];");
        w.Line($"{bits}.Clear();");
        foreach (InputRun run in input.Runs)
        {
            for (int b = 0; b < planes; b++)
            {
                int bitNumber = input.IsEightBit ? b : run.Value;
                if (run.Length <= CostModel.ScalarRun)
                    Scalar(w, run, bits, bitNumber, b * input.Words);
                else
                    Call(w, run, bits, bitNumber, input, b);
            }
        }
        // Values between those that are read were packed along with them.
        for (int word = 0; word < input.Words; word++)
        {
            for (int b = 0; b < planes && first.Rows.Unread(word) != 0; b++)
                w.Line($"{bits}[{Literal.Of((b * input.Words) + word)}] &= {Literal.Of(~first.Rows.Unread(word))};");
        }
    }

    private static void Call(SourceWriter w, InputRun run, string bits, int value, InputLayout input, int plane)
    {
        string slice = $"input.Slice({Literal.Of(run.First)}, {Literal.Of(run.Length)})";
        string words = input.IsEightBit ? $"{bits}.Slice({Literal.Of(plane * input.Words)}, {Literal.Of(input.Words)})" : bits;
        w.Line($"global::Bnn.Kernels.InputPacking.{(run.IsThreshold ? "AtLeast" : "Bit")}({slice}, {Literal.Of(value)}, {words}, {Literal.Of(run.Offset)});");
    }

    // (t - 1 - v) is negative iff v >= t, so its sign bit is the bit.
    private static void Scalar(SourceWriter w, InputRun run, string bits, int value, int firstWord)
    {
        for (int i = 0; i < run.Length; i++)
        {
            string v = $"input[{Literal.Of(run.First + i)}]";
            string bit = run.IsThreshold ? $"(ulong)((uint)({Literal.Of(value - 1)} - {v}) >> 31)" : $"(ulong)({v} >> {Literal.Of(value)} & 1)";
            int offset = run.Offset + i;
            w.Line($"{bits}[{Literal.Of(firstWord + (offset >> 6))}] |= {bit} << {Literal.Of(offset & 63)};");
        }
    }
}
