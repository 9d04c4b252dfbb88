using Bnn.Model;
using Bnn.Trainer.Data;

namespace Bnn.Trainer.Tests;

public sealed class PnmReaderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("P5 2 1 255 AB")]
    [InlineData("P5\n# made by hand\n2 #columns\n\n1\r\n255\nAB")]
    [InlineData("P2 2 1 255 65 66")]
    [InlineData("P2\n2 1\n255\n65\n66 # the last\n")]
    [InlineData("P2 2 1 255 065 66\n")]
    public void Binary_and_plain_grey_are_the_same(string text)
    {
        (Shape shape, byte[] pixels, _) = Read(PnmFiles.Of(text));
        Assert.Equal(new Shape(1, 1, 2), shape);
        Assert.Equal("AB"u8.ToArray(), pixels);
    }

    [Theory]
    [InlineData("P6 2 1 255 RGBrgb")]
    [InlineData("P3 2 1 255 82 71 66 114 103 98")]
    public void Colours_become_planes(string text)
    {
        (Shape shape, byte[] pixels, _) = Read(PnmFiles.Of(text));
        Assert.Equal(new Shape(3, 1, 2), shape);
        Assert.Equal("RrGgBb"u8.ToArray(), pixels);
    }

    [Fact]
    public void The_largest_value_becomes_255_and_others_are_rounded()
    {
        Assert.Equal([0, 36, 73, 109, 146, 182, 219, 255], Read(PnmFiles.Of("P2 8 1 7 0 1 2 3 4 5 6 7")).Pixels);
        Assert.Equal([0, 255], Read(PnmFiles.Of("P5 2 1 1 \0\u0001")).Pixels);
        Assert.Equal([0, 1, 128, 255], Read([.. PnmFiles.Of("P5 4 1 65535\n"), 0, 0, 1, 0, 0x80, 0, 255, 255]).Pixels);
        Assert.Equal(Enumerable.Range(0, 256).Select(v => (byte)v), Read(PnmFiles.Pgm(256, 1, [.. Enumerable.Range(0, 256).Select(v => (byte)v)])).Pixels);
    }

    [Fact]
    public void A_compressed_image_reads_the_same()
    {
        string path = _folder.Write("i.pgm.gz", IdxFiles.Gzip(PnmFiles.Of("P5 2 1 255 AB")));
        Assert.Equal("AB"u8.ToArray(), PnmReader.Read(path).Pixels);
    }

    [Theory]
    [InlineData("P5 # size\n 3 2 255\nABCDEF")]
    [InlineData("P6 1 2 300 ABCDEFGHIJKL")]
    [InlineData("P2 3 1 255 10 20 30")]
    [InlineData("P3 1 1 9 1 2 3")]
    public void Every_cut_is_refused_by_name(string text)
    {
        byte[] whole = PnmFiles.Of(text);
        Read([.. whole.Select(b => b is >= (byte)'A' and <= (byte)'L' ? (byte)1 : b)]); // values within 300
        for (int length = 0; length < whole.Length - (text[1] is '2' or '3' ? 2 : 0); length++)
            Assert.StartsWith(_folder.At("i.pgm") + ": ", Refused(whole[..length]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("P4 8 1 A", "must start with P2, P3, P5 or P6")]
    [InlineData("GIF89a", "not a PGM or PPM image")]
    [InlineData("P5 2 1 255 ABC", "too long: the image of 1x1x2 ends at byte 13, but 1 more follow")]
    [InlineData("P5 2 1 255\nA", "cut off: an image of 1x1x2 needs 2 bytes from byte 11, but 1 follow")]
    [InlineData("P2 2 1 255 1 2 3", "too long: the image of 1x1x2 ends before byte 15")]
    [InlineData("P55 1 255 A", "the number of columns must be a number after a blank, at byte 2")]
    [InlineData("P5 0 1 255 ", "the number of columns is 0 at byte 3, but must be 1 to 65536")]
    [InlineData("P5 1 99999999999 255 ", "the number of rows is 2147483647 at byte 5")]
    [InlineData("P5 1 1 0 A", "the largest value is 0 at byte 7, but must be 1 to 65535")]
    [InlineData("P5 1 1 65536 A", "the largest value is 65536")]
    [InlineData("P5 1 1 255A", "a blank must stand between the largest value and the image, at byte 10")]
    [InlineData("P5 1 1 64 A", "the value at byte 10 is 65, but the largest is stated as 64")]
    [InlineData("P2 1 1 64 65", "a value is 65 at byte 10, but must be 0 to 64")]
    [InlineData("P2 1 1 64 -5", "a value must be a number after a blank, at byte 10")]
    public void Garbage_is_refused_with_its_place(string text, string message) =>
        Assert.Contains(message, Refused(PnmFiles.Of(text)), StringComparison.Ordinal);

    [Theory]
    [InlineData("P5 65536 65536 255 A")]
    [InlineData("P6 2000 2000 65535 A")]
    [InlineData("P3 1000 1000 255 1 2 3")]
    public void A_short_file_that_announces_much_costs_no_memory(string text)
    {
        byte[] content = PnmFiles.Of(text);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Refused(content);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    private (Shape Shape, byte[] Pixels, string Hash) Read(byte[] content) => PnmReader.Read(_folder.Write("i.pgm", content));

    private string Refused(byte[] content) => Assert.Throws<InvalidDataException>(() => Read(content)).Message;
}
