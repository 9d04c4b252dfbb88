using System.Buffers.Binary;
using System.IO.Compression;
using Bnn.Inference;
using Bnn.Model;
using Bnn.Trainer.Reports;
using Bnn.Trainer.Reports.Page;
using Bnn.Training;

namespace Bnn.Trainer.Tests;

public sealed class ReportPartsTests
{
    [Theory]
    [InlineData(1, 0)] // grey
    [InlineData(3, 2)] // colours
    [InlineData(5, 0)] // the first channel of many
    public void A_picture_decodes_to_its_values(int channels, byte colourType)
    {
        const int Height = 2, Width = 5;
        var shape = new Shape(channels, Height, Width);
        byte[] values = [.. Enumerable.Range(0, shape.Count).Select(i => (byte)(i % 16))];
        byte[] png = Png.Encode(Width, Height, SamplePicture.Pixels(shape, values, brightest: 15));
        Assert.Equal("89504E470D0A1A0A", Convert.ToHexString(png[..8]));
        Assert.EndsWith("0000000049454E44AE426082", Convert.ToHexString(png), StringComparison.Ordinal); // IEND with its published checksum
        Assert.Equal((Width, Height), (BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20))));
        Assert.Equal([8, colourType, 0, 0, 0], png[24..29]);

        using var content = new MemoryStream();
        using (var zlib = new ZLibStream(new MemoryStream(png, 41, BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(33))), CompressionMode.Decompress))
            zlib.CopyTo(content);
        int depth = colourType == 2 ? 3 : 1;
        var expected = new List<byte>();
        for (int y = 0; y < Height; y++)
        {
            expected.Add(0); // filter
            for (int x = 0; x < Width; x++)
                expected.AddRange(Enumerable.Range(0, depth).Select(c => (byte)(values[(((c * Height) + y) * Width) + x] * 17)));
        }
        Assert.Equal(expected, content.ToArray());
    }

    [Fact]
    public void A_vector_is_a_picture_of_one_row()
    {
        string uri = SamplePicture.DataUri(Shape.Vector(6), [0, 1, 2, 3, 4, 5], brightest: 5);
        byte[] png = Convert.FromBase64String(uri["data:image/png;base64,".Length..]);
        Assert.Equal((6, 1), (BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20))));
    }

    [Fact]
    public void Counts_and_firing_are_those_of_the_reference()
    {
        Network network = Models.Digits();
        var lines = (DenseLayer)network.Layers[0];
        // The first and the last channel are saturated; of the others those of a bright column are silent on images of bright rows.
        network = network with { Layers = new([lines with { Limits = new([8, 7, 0, 0, 0, 0, 0, 0, 0, -1]) }, network.Layers[1]]) };
        LabeledImages images = Rows();
        CountStatistics layer = Assert.Single(CountStatistics.Of(network, images, [0, 1, 2, 3, 4], default));

        Assert.Equal((8, 5L, 10), (layer.Steps, layer.Looks, layer.Channels));
        Assert.Equal(50, layer.Counts.Sum());
        Assert.Equal(8, layer.Limits.Sum());
        Assert.Equal((7, 1), (layer.Limits[0], layer.Limits[7]));
        Assert.Equal(2, layer.Saturated);
        Assert.Equal(40, layer.Margins.Sum());
        for (int c = 0; c < 10; c++)
        {
            int channel = c;
            double expected = Enumerable.Range(0, 5).Count(i => Reference.Run(network, images.Image(i)).Bits[0][channel]) / 5.0;
            Assert.Equal(expected, layer.FiringShare(c));
        }
        Assert.Equal(Enumerable.Range(0, 5).Sum(i => Reference.Run(network, images.Image(i)).Counts[0].Count(count => count == 8)), layer.Counts[8]);
        Assert.Equal(4, layer.Silent);
        Assert.Equal(4, layer.NearlySilent(0.7)); // one image of five
        Assert.Equal(0, layer.NearlySilent(0.9));
    }

    [Fact]
    public void Answers_near_their_limit_are_those_that_few_flipped_bits_would_change()
    {
        Network network = Models.Digits();
        CountStatistics layer = Assert.Single(CountStatistics.Of(network, Rows(), [0, 1, 2, 3, 4], default));
        // Limits are 0 of 8: an image's own channel has count 0 and is at the edge, the others count at least 7 and are far from it.
        Assert.Equal(5 / 50.0, layer.ShareWithin(1 / 8.0), 9);
        Assert.Equal(1, layer.ShareWithin(1), 9);
    }

    [Theory]
    [InlineData(0.0, 1.0, 5)]
    [InlineData(81.3, 98.2, 5)]
    [InlineData(-3.2, 7.1, 6)]
    [InlineData(0.0001, 0.00031, 4)]
    [InlineData(5.0, 5.0, 5)]
    [InlineData(0.00002, 0.00002, 5)]
    [InlineData(0.0, 0.0, 5)]
    public void Ticks_are_round_few_and_span_the_values(double least, double most, int wanted)
    {
        var scale = Scale.Linear([least, double.NaN, most], wanted);
        Assert.InRange(scale.Ticks.Count, 2, 2 * wanted);
        Assert.True(scale.Least <= least && scale.Most >= most);
        Assert.Equal((0, 1), (scale.Share(scale.Ticks[0]), scale.Share(scale.Ticks[^1])));
        Assert.Equal(scale.Ticks.Count, scale.Ticks.Select(scale.Label).Distinct().Count());
    }

    [Fact]
    public void Logarithmic_ticks_are_powers_of_ten()
    {
        var scale = Scale.Log([0.02, 0, 3.1]);
        Assert.Equal(["0.01", "0.1", "1", "10"], scale.Ticks.Select(scale.Label));
        Assert.Equal(1 / 3.0, scale.Share(0.1), 9);
    }

    [Fact]
    public void Markup_escapes_text_and_keeps_markup()
    {
        Markup inner = Markup.Of($"<b>{"a<b"}</b>");
        Assert.Equal("""<p title="&quot;&#39;&amp;"><b>a&lt;b</b>1.5 7</p>""", Markup.Of($"""<p title="{"\"'&"}">{inner}{1.5} {7}</p>""").ToString());
    }

    // Image i has row i + 1 bright, which is what channel i of Models.Digits looks for.
    private static LabeledImages Rows()
    {
        var pixels = new byte[5 * 64];
        for (int i = 0; i < 5; i++)
            pixels.AsSpan((i * 64) + (8 * (i + 1)), 8).Fill(16);
        return new("rows", new Shape(1, 8, 8), pixels, [0, 1, 2, 3, 4], [.. Enumerable.Range(0, 10).Select(i => $"{i}")]);
    }
}
