using Bnn.Model;

namespace Bnn.Generator.Compiler.Planning;

/// <summary>An input image as codes: a byte for each value that tells all its bits, plane by plane with a border.</summary>
/// <param name="Plane">Layout of one plane of codes.</param>
/// <param name="Maps">For each channel the code of each byte, <c>[256]</c>; null: the byte itself, as an 8-bit input has it.</param>
/// <param name="BorderCodes">For each channel the code in the border.</param>
/// <param name="Bits">For each channel, for each of its codes, the bits of its planes in their order. Empty for an 8-bit input.</param>
internal sealed record CodeLayout(ImageLayout Plane, IReadOnlyList<byte[]>? Maps, byte[] BorderCodes, IReadOnlyList<bool[][]> Bits)
{
    /// <summary>Codes of all planes.</summary>
    public int Length => BorderCodes.Length * Plane.Length;

    /// <summary>Most codes of any channel; 1 for an 8-bit input, whose codes are not looked up.</summary>
    public int Codes => Bits.Count == 0 ? 1 : Bits.Max(codes => codes.Length);

    /// <summary>Lays out the input of <paramref name="network"/>, whose first layer is <paramref name="reader"/>.</summary>
    public static CodeLayout Of(Network network, ConvolutionLayer reader)
    {
        int channels = network.Input.Channels;
        var plane = new ImageLayout(network.Input with { Channels = 1 }, reader.Padding, reader.PaddingBit);
        if (network.Encoding.IsEightBit)
            return new(plane, null, Enumerable.Repeat((byte)(reader.PaddingBit ? 255 : 0), channels).ToArray(), []);
        var maps = new List<byte[]>();
        var bits = new List<bool[][]>();
        var border = new List<byte>();
        ILookup<int, InputPlane> planesOf = network.Encoding.Planes(channels).ToLookup(plane => plane.Channel);
        for (int channel = 0; channel < channels; channel++)
        {
            var codes = new List<bool[]>();
            maps.Add(Enumerable.Range(0, 256).Select(value => Code(codes, planesOf[channel].Select(plane => plane.Bit((byte)value)))).ToArray());
            // In every encoding the value 0 has no bit and 255 all of them: what the border shows is the code of a byte.
            border.Add(Code(codes, planesOf[channel].Select(_ => reader.PaddingBit)));
            bits.Add([.. codes]);
        }
        return new(plane, maps, [.. border], bits);
    }

    // Codes are numbered in the order in which they occur.
    private static byte Code(List<bool[]> codes, IEnumerable<bool> bits)
    {
        int code = codes.FindIndex(known => known.SequenceEqual(bits));
        if (code >= 0)
            return checked((byte)code);
        codes.Add([.. bits]);
        return checked((byte)(codes.Count - 1));
    }
}
