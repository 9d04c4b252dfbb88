using Bnn.Model;

namespace Bnn.Generator.Tests;

/// <summary>The text of image layers, for the eye.</summary>
public class ImageTextTests
{
    // How far lines are indented is not looked at.
    private static void AssertHas(string source, string expected) => Assert.Contains(Flat(expected), Flat(source), StringComparison.Ordinal);

    private static string Flat(string text) => string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimStart()));

    private static string Source(string? lowering, Shape input, InputEncoding encoding, params Layer[] layers) =>
        Models.Source(Models.Image(input, encoding, layers), new() { Lowering = lowering });

    private static readonly MaxPoolLayer s_pool = new("pool", new(2, 2), new(2, 2), default, default);

    [Fact]
    public void A_patch_is_gathered_once_and_meets_all_channels()
    {
        string source = Source("PopCountTable", new(32, 6, 5), new RawBitsEncoding(), Models.Convolution(1, 32, 64, 3, padding: 1));
        AssertHas(source, """
                            for (int row = 0; row < 6; row++)
                            {
                                for (int column = 0, p = row * 28; column < 5; column++, p += 4)
                                {
                                    ref ulong ws = ref BnnMemory.GetReference(Layer0Weights);
                                    ulong x0 = BnnBytes.Read(ref image, p);
                                    ulong x1 = (BnnBytes.Read(ref image, p + 8) & 0x00000000FFFFFFFFUL) | BnnBytes.Read(ref image, p + 28) << 32;
                                    ulong x2 = BnnBytes.Read(ref image, p + 32);
                                    ulong x3 = BnnBytes.Read(ref image, p + 56);
                                    ulong x4 = BnnBytes.Read(ref image, p + 64) & 0x00000000FFFFFFFFUL;
                                    for (nint c = 0; c < 64; c += 4)
                                    {
                                        BnnUnsafe.Add(ref counts, c) = BnnBits.PopCount(x0 ^ ws) + BnnBits.PopCount(x1 ^ BnnUnsafe.Add(ref ws, 1)) +
            """[..^2]);
        AssertHas(source, """
                                        ws = ref BnnUnsafe.Add(ref ws, 20);
                                    }
                                    writer.Write(BnnFiring.Word(ref counts, ref limits, 64), 64);
                                }
                            }
                            writer.Flush();
            """);
        // The padding is a border of the input: one pixel of zeros on each side.
        AssertHas(source, "global::Bnn.Kernels.Borders.Add(pixels, 6, 160, 224, 32, 32, 224, 0, bits0);\n");
    }

    [Fact]
    public void Unrolled_convolutions_call_their_literals_at_each_position()
    {
        string source = Source("Unrolled", new(1, 4, 4), new RawBitsEncoding(),
            Models.Masked(Models.Convolution(1, 1, 2, 3, padding: 0), column => column is 0 or 4 or 5));
        AssertHas(source, """
                                    {
                                        ulong x0 = (BnnStream.Read(ref image, p) & 0x0000000000000001UL) | (BnnStream.Read(ref image, p + 5) & 0x0000000000000003UL) << 1;
                                        writer.Write(Layer0At(x0), 2);
                                    }
            """);
        AssertHas(source, "private static ulong Layer0At(ulong x0)\n");
        Assert.Matches("y \\|= BnnBits.PopCount\\(x0( \\^ 0x000000000000000[1-7]UL)?\\) <= 1 \\? 1UL << 1 : 0UL;", source);
    }

    [Fact]
    public void A_pool_is_one_line_for_64_channels()
    {
        string source = Source(null, new(70, 4, 4), new RawBitsEncoding(),
            s_pool with { AndChannels = new([.. Enumerable.Range(0, 70).Select(i => i == 69)]) });
        AssertHas(source, """
                                for (int column = 0, p = row * 560; column < 2; column++, p += 140)
                                {
                                    writer.Write(BnnStream.Read(ref image, p) | BnnStream.Read(ref image, p + 70) | BnnStream.Read(ref image, p + 280) | BnnStream.Read(ref image, p + 350), 64);
                                    writer.Write((((BnnStream.Read(ref image, p + 64) ^ 0x0000000000000020UL)
            """);
        AssertHas(source, "^ 0x0000000000000020UL)) ^ 0x0000000000000020UL) & 0x000000000000003FUL, 6);\n");
    }

    [Fact]
    public void A_pool_in_front_of_a_padded_convolution_writes_its_border()
    {
        string source = Source("PopCountTable", new(8, 6, 6), new RawBitsEncoding(), s_pool, Models.Convolution(1, 8, 8, 3, padding: 1, bit: true));
        AssertHas(source, """
                            writer.Fill(1, 40);
                            for (int row = 0; row < 3; row++)
                            {
                                writer.Fill(1, 8);
                                for (int column = 0, p = row * 12; column < 3; column++, p += 2)
                                {
                                    writer.Write((BnnBytes.Read(ref image, p) | BnnBytes.Read(ref image, p + 1) | BnnBytes.Read(ref image, p + 6) | BnnBytes.Read(ref image, p + 7)) & 0x00000000000000FFUL, 8);
                                }
                                writer.Fill(1, 8);
                            }
                            writer.Fill(1, 40);
                            writer.Flush();
            """);
    }

    [Fact]
    public void Scores_are_summed_over_positions_before_they_are_scaled()
    {
        string source = Source("PopCountTable", new(40, 2, 2), new RawBitsEncoding(), s_pool with { Stride = new(1, 1), Window = new(1, 2) });
        AssertHas(source, "BnnUnsafe.Add(ref counts, c) += BnnBits.PopCount(x0 ^ ws);\n");
        AssertHas(source, "scores[c] = BnnUnsafe.Add(ref constants, c) - 4 * scores[c];\n");
        // Scale 2, two positions, 40 inputs.
        AssertHas(source, "Layer1Constants => new int[]\n        {\n            161, 160, 159,\n");
    }

    [Fact]
    public void Values_look_up_what_they_add_to_all_channels()
    {
        string source = Source(null, new(1, 5, 5), new ThermometerEncoding(new([Models.Ints(50, 100)])), Models.Convolution(1, 2, 40, 2, padding: 0));
        AssertHas(source, """
                                for (int column = 0, p = row * 5; column < 4; column++, p += 1)
                                {
                                    nuint at0 = (nuint)BnnUnsafe.Add(ref codes, p) * 64;
                                    var sum0 = BnnVectors.LoadUnsafe(ref items, at0);
                                    var sum1 = BnnVectors.LoadUnsafe(ref items, at0 + 32);
                                    nuint at1 = 192 + (nuint)BnnUnsafe.Add(ref codes, p + 1) * 64;
                                    sum0 += BnnVectors.LoadUnsafe(ref items, at1);
            """);
        AssertHas(source, "(ulong)BnnVectors.ExtractMostSignificantBits(BnnVectors.LessThan(sum1, bound1)) << 32) & 0x000000FFFFFFFFFFUL, 40);\n");
        AssertHas(source, "global::Bnn.Kernels.CodePacking.Pack(input, 5, 5, 0, 0, 0, 0, InputCodes, BorderCodes, BnnMemory.AsBytes(bits0));\n");
    }

    [Fact]
    public void Bytes_are_multiplied_with_a_row_of_weights()
    {
        string source = Source("ChannelLanes", new(1, 5, 5), new EightBitEncoding(), Models.Convolution(1, 1, 20, 3, padding: 1, isEightBit: true));
        AssertHas(source, "var value0 = BnnVectors.Create((short)BnnUnsafe.Add(ref codes, p));\n");
        AssertHas(source, "sum1 += value1 * BnnVectors.LoadUnsafe(ref items, at1 + 16);\n");
        AssertHas(source, "writer.Write(BnnVectors.ExtractMostSignificantBits(BnnVectors.Narrow(BnnVectors.LessThan(sum0, bound0), BnnVectors.LessThan(sum1, bound1))) & 0x00000000000FFFFFUL, 20);\n");
    }

    [Fact]
    public void Groups_go_through_one_loop()
    {
        string source = Source("PopCountTable", new(192, 3, 3), new RawBitsEncoding(), Models.Convolution(1, 192, 96, 2, padding: 0, groups: 3));
        AssertHas(source, "for (int group = 0, q = p; group < 3; group++, q += 8)\n");
        AssertHas(source, "writer.Write(BnnFiring.Word(ref counts, ref BnnUnsafe.Add(ref limits, group * 32), 32), 32);\n");
    }
}
