using Bnn.Generator.Compiler.Planning;

namespace Bnn.Generator.Compiler.Emit;

/// <summary>Writes how the bytes that are read become packed bits.</summary>
internal sealed class InputEmitter
{
    // Up to here the lines stand in Run; more go to methods of their own, each within the JIT's limits.
    private const int LinesInline = 64;
    private const int LinesOfMethod = 200;

    private readonly InputLayout _input;
    private readonly ImageInputEmitter? _image;
    private readonly string _bits;
    private readonly List<string> _lines = [];

    /// <param name="input">The layout.</param>
    /// <param name="first">The first layer, which reads it.</param>
    /// <param name="image">What arranges the bits of an image; null for a vector.</param>
    public InputEmitter(InputLayout input, LayerPlan first, ImageInputEmitter? image)
    {
        (_input, _image) = (input, image);
        _bits = image?.Packed ?? LayerText.Bits(0);
        foreach (InputRun run in input.Runs)
        {
            for (int plane = 0; plane < input.Planes; plane++)
            {
                int value = input.IsEightBit ? plane : run.Value;
                if (run.Length <= CostModel.ScalarRun)
                    Scalar(run, value, plane * input.Words);
                else
                    Call(run, value, plane);
            }
        }
        // Values of a vector between those that are read were packed along with them.
        foreach (int word in first is WeightedPlan { HasPatches: false } layer ? layer.Rows.Rows.UnreadWords : [])
        {
            for (int plane = 0; plane < input.Planes; plane++)
                _lines.Add($"{_bits}[{Literal.Of((plane * input.Words) + word)}] &= {Literal.Of(~((WeightedPlan)first).Rows.Rows.Unread(word))};");
        }
    }

    private bool IsInline => _lines.Count <= LinesInline;

    /// <summary>Writes what fills <c>bits</c> of the first layer.</summary>
    public void EmitCall(SourceWriter w, Buffers buffers)
    {
        if (_input.Codes is not null)
        {
            CodeInputEmitter.EmitCall(w, _input.Codes, buffers);
            return;
        }
        if (_image is not null && _input.IsEightBit)
        {
            _image.EmitEightBit(w, buffers);
            return;
        }
        buffers.Emit(w, _bits);
        w.Line($"{_bits}.Clear();");
        foreach (string line in IsInline ? _lines : Methods().Select(first => $"Pack{Literal.Of(first)}(input, {_bits});"))
            w.Line(line);
        _image?.EmitArrange(w, buffers);
    }

    /// <summary>Writes the methods and tables that the call needs.</summary>
    public void EmitMethods(SourceWriter w, CancellationToken cancel)
    {
        if (_input.Codes is not null)
            CodeInputEmitter.EmitTables(w, _input.Codes, cancel);
        foreach (int first in IsInline ? [] : Methods())
        {
            using (w.Block($"private static void Pack{Literal.Of(first)}(global::System.ReadOnlySpan<byte> input, global::System.Span<ulong> {_bits})"))
            using (w.Block("unchecked"))
            {
                foreach (string line in _lines.Skip(first).Take(LinesOfMethod))
                    w.Line(line);
            }
            w.Line();
        }
    }

    private IEnumerable<int> Methods() => Enumerable.Range(0, (_lines.Count + LinesOfMethod - 1) / LinesOfMethod).Select(i => i * LinesOfMethod);

    private void Call(InputRun run, int value, int plane)
    {
        string slice = $"input.Slice({Literal.Of(run.First)}, {Literal.Of(run.Length)})";
        string words = _input.IsEightBit ? $"{_bits}.Slice({Literal.Of(plane * _input.Words)}, {Literal.Of(_input.Words)})" : _bits;
        string method = run.IsThreshold ? "AtLeast" : "Bit";
        _lines.Add($"global::Bnn.Kernels.InputPacking.{method}({slice}, {Literal.Of(value)}, {words}, {Literal.Of(run.Offset)});");
    }

    // (t - 1 - v) is negative iff v >= t, so its sign bit is the bit.
    private void Scalar(InputRun run, int value, int firstWord)
    {
        for (int i = 0; i < run.Length; i++)
        {
            string v = $"input[{Literal.Of(run.First + i)}]";
            string bit = run.IsThreshold ? $"(ulong)((uint)({Literal.Of(value - 1)} - {v}) >> 31)" : $"((ulong)({v} >> {Literal.Of(value)}) & 1)";
            int offset = run.Offset + i;
            _lines.Add($"{_bits}[{Literal.Of(firstWord + (offset >> 6))}] |= {bit} << {Literal.Of(offset & 63)};");
        }
    }
}
