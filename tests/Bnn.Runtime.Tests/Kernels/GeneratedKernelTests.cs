using Bnn.Kernels;

namespace Bnn.Runtime.Tests.Kernels;

/// <summary>The kernels that generated code alone calls, against the plainest loops.</summary>
public class GeneratedKernelTests
{
    [Fact]
    public void Firing_compares_every_count_with_its_limit()
    {
        var random = new Random(1);
        for (int channels = 1; channels <= 64; channels++)
        {
            int[] counts = [.. Enumerable.Range(0, 64).Select(_ => random.Next(-3, 4))], limits = [.. Enumerable.Range(0, 64).Select(_ => random.Next(-3, 4))];
            (counts[0], limits[^1]) = (int.MinValue, int.MaxValue);
            ulong expected = 0;
            for (int c = 0; c < channels; c++)
                expected |= counts[c] <= limits[c] ? 1UL << c : 0;
            Assert.Equal(expected, Firing.Word(ref counts[0], ref limits[0], channels));
        }
    }

    [Fact]
    public void Bytes_of_a_stream_are_its_bits()
    {
        ulong[] words = [0x0123456789ABCDEF, 0xFEDCBA9876543210, ulong.MaxValue, 7];
        for (int index = 0; index <= 24; index++)
            Assert.Equal(BitStream.Read(in words[0], 8 * index), ByteStream.Read(in words[0], index));
    }

    [Theory, InlineData(0), InlineData(1)]
    public void A_border_goes_around_every_row(int bit)
    {
        var random = new Random(2);
        foreach ((int rows, int length, int above, int before, int after, int below) in new[] { (3, 5, 7, 1, 2, 9), (1, 64, 0, 64, 0, 1),
            (4, 130, 131, 0, 1, 0), (2, 3, 0, 0, 0, 0) })
        {
            var image = new ulong[BitStream.WordsFor(rows * length)];
            random.NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(image.AsSpan()));
            List<int> expected = [.. Enumerable.Repeat(bit, above)];
            for (int row = 0; row < rows; row++)
            {
                expected.AddRange(Enumerable.Repeat(bit, before));
                expected.AddRange(Enumerable.Range(row * length, length).Select(i => (int)(image[i >> 6] >> i & 1)));
                expected.AddRange(Enumerable.Repeat(bit, after));
            }
            expected.AddRange(Enumerable.Repeat(bit, below));
            var bordered = new ulong[(expected.Count + 63) / 64];
            bordered.AsSpan().Fill(0xAAAAAAAAAAAAAAAA);
            Borders.Add(image, rows, length, above, before, after, below, (ulong)bit, bordered);
            Assert.Equal(expected.Concat(Enumerable.Repeat(0, (64 * bordered.Length) - expected.Count)),
                Enumerable.Range(0, 64 * bordered.Length).Select(i => (int)(bordered[i >> 6] >> i & 1)));
            Assert.Throws<ArgumentException>(() => Borders.Add(image.AsSpan(1), rows, length, above, before, after, below, (ulong)bit, bordered));
            Assert.Throws<ArgumentException>(() => Borders.Add(image, rows, length, above, before, after, below, (ulong)bit, bordered.AsSpan(1)));

            byte[] bytes = [.. Enumerable.Range(0, rows * length).Select(i => (byte)(image[i >> 6] >> i & 1))], around = new byte[expected.Count];
            Borders.Add(bytes, rows, length, above, before, after, below, (byte)bit, around);
            Assert.Equal(expected, around.Select(value => (int)value));
        }
    }

    [Fact]
    public void Codes_are_looked_up_channel_by_channel_inside_a_border()
    {
        byte[] values = [1, 2, 3, 4, 5, 6, 251, 252, 253, 254, 255, 0];
        byte[] maps = [.. Enumerable.Range(0, 256).Select(value => (byte)(value + 1)), .. Enumerable.Range(0, 256).Select(value => (byte)(value / 2))];
        var codes = new byte[2 * 3 * 5];
        CodePacking.Pack(values, 2, 3, 1, 0, 0, 2, maps, [77, 88], codes);
        Assert.Equal<byte>([77, 77, 77, 77, 77, 2, 3, 4, 77, 77, 5, 6, 7, 77, 77, 88, 88, 88, 88, 88, 125, 126, 126, 88, 88, 127, 127, 0, 88, 88], codes);
        var same = new byte[12];
        CodePacking.Pack(values, 2, 3, 0, 0, 0, 0, default, [0, 0], same);
        Assert.Equal(values, same);
        Assert.Throws<ArgumentException>(() => CodePacking.Pack(values, 2, 3, 1, 0, 0, 2, maps, [77, 88], codes.AsSpan(1)));
        Assert.Throws<ArgumentException>(() => CodePacking.Pack(values, 2, 3, 0, 0, 0, 0, maps.AsSpan(1), [0, 0], same));
    }
}
