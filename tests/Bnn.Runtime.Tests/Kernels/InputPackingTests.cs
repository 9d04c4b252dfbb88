using Bnn.Kernels;

namespace Bnn.Runtime.Tests.Kernels;

public class InputPackingTests
{
    [Fact]
    public void Packed_bits_are_those_of_each_byte_at_every_length_and_offset()
    {
        var random = new Random(3);
        for (int length = 0; length < 200; length++)
        {
            var values = new byte[length];
            random.NextBytes(values);
            int offset = random.Next(130);
            int threshold = random.Next(1, 256), bit = random.Next(8);
            var atLeast = new ulong[(offset + length + 63) / 64];
            var bits = new ulong[atLeast.Length];
            InputPacking.AtLeast(values, threshold, atLeast, offset);
            InputPacking.Bit(values, bit, bits, offset);
            for (int i = 0; i < 64 * atLeast.Length; i++)
            {
                int at = i - offset;
                bool isValue = at >= 0 && at < length;
                Assert.Equal(isValue && values[at] >= threshold, (atLeast[i >> 6] >> (i & 63) & 1) != 0);
                Assert.Equal(isValue && (values[at] >> bit & 1) != 0, (bits[i >> 6] >> (i & 63) & 1) != 0);
            }
        }
    }

    [Fact]
    public void Bits_that_do_not_fit_are_refused() =>
        Assert.Throws<ArgumentException>(() => InputPacking.AtLeast(new byte[65], 1, new ulong[1], 0));
}
