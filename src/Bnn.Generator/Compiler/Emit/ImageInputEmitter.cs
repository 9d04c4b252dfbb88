using Bnn.Generator.Compiler.Planning;
using Bnn.Model;

namespace Bnn.Generator.Compiler.Emit;

/// <summary>Writes how an image of bytes becomes packed bits, pixel by pixel, with the border that its reader needs.</summary>
/// <remarks>Bits: planes are packed, turned into pixels, and bordered. An 8-bit input: bytes are interleaved and bordered, then each of their bits
/// is packed.</remarks>
internal sealed class ImageInputEmitter
{
    private const string Planes = "planes";
    private const string Pixels = "pixels";
    private const string Bordered = "bordered";

    private readonly InputLayout _input;
    private readonly ImageLayout _image;

    /// <param name="input">The layout of an image.</param>
    public ImageInputEmitter(InputLayout input) => (_input, _image) = (input, input.Image!);

    /// <summary>Name of the buffer that the planes of bits are packed into.</summary>
    public string Packed => _input.IsTransposed || _image.HasBorder ? Planes : LayerText.Bits(0);

    /// <summary>The buffers between the bytes and the packed image, with their words.</summary>
    public IEnumerable<(string Name, int Words)> Buffers
    {
        get
        {
            int count = _image.Shape.Count;
            // Bytes lie eight to a word.
            if (_input.IsEightBit)
            {
                if (_input.IsTransposed)
                    yield return (Pixels, (count + 7) / 8);
                if (_image.HasBorder)
                    yield return (Bordered, (_image.Length + 7) / 8);
                yield break;
            }
            if (Packed == Planes)
                yield return (Planes, WeightMatrix.WordsFor(count) + 1);
            if (_input.IsTransposed && _image.HasBorder)
                yield return (Pixels, WeightMatrix.WordsFor(count) + 1);
        }
    }

    /// <summary>Writes what turns the packed planes into pixels, and borders them.</summary>
    public void EmitArrange(SourceWriter w, Buffers buffers)
    {
        Shape shape = _image.Shape;
        string from = Packed;
        if (_input.IsTransposed)
        {
            string to = _image.HasBorder ? Pixels : LayerText.Bits(0);
            buffers.Emit(w, to);
            w.Line($"global::Bnn.Kernels.BitMatrix.Transpose({from}, {Literal.Of(shape.Channels)}, {Literal.Of(shape.Height * shape.Width)}, {to});");
            from = to;
        }
        if (_image.HasBorder)
        {
            buffers.Emit(w, LayerText.Bits(0));
            w.Line(LayerText.AddBorder(from, _image, LayerText.Bits(0)));
        }
    }

    /// <summary>Writes what packs the bytes of an 8-bit input.</summary>
    public void EmitEightBit(SourceWriter w, Buffers buffers)
    {
        string bits = LayerText.Bits(0), from = "input";
        if (_input.IsTransposed)
        {
            buffers.Emit(w, Pixels);
            w.Line($"global::Bnn.Kernels.InputPacking.Interleave(input, {Literal.Of(_image.Shape.Channels)}, BnnMemory.AsBytes({Pixels}));");
            from = $"BnnMemory.AsBytes({Pixels})";
        }
        if (_image.HasBorder)
        {
            buffers.Emit(w, Bordered);
            w.Line($"global::Bnn.Kernels.Borders.Add({from}, {LayerText.Border(_image)}, {(_image.BorderBit ? "255" : "0")}, BnnMemory.AsBytes({Bordered}));");
            from = $"BnnMemory.AsBytes({Bordered})";
        }
        buffers.Emit(w, bits);
        w.Line($"{bits}.Clear();");
        string values = from == "input" ? from : $"{from}.Slice(0, {Literal.Of(_image.Length)})";
        w.Line("for (int b = 0; b < 8; b++)");
        w.Line($"    global::Bnn.Kernels.InputPacking.Bit({values}, b, {bits}, b * {Literal.Of(64 * _input.Words)});");
    }
}
