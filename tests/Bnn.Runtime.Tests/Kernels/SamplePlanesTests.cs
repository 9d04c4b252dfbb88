using System.Runtime.InteropServices;
using Bnn.Kernels;

namespace Bnn.Runtime.Tests.Kernels;

public class SamplePlanesTests
{
    [Theory, MemberData(nameof(LaneWidths.All), MemberType = typeof(LaneWidths))]
    public void Transposing_exchanges_row_and_column_of_every_bit(int width) => LaneWidths.Run(width, new Transposing());

    [Theory, MemberData(nameof(LaneWidths.All), MemberType = typeof(LaneWidths))]
    public void Planes_hold_the_bit_of_each_byte_in_the_lane_of_its_sample(int width)
    {
        for (int seed = 0; seed < 30; seed++)
            LaneWidths.Run(width, new Packing(seed));
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => SamplePlanes.AtLeast<Lanes64>(new byte[65 * 2], 2, 0, 2, 1, new ulong[2]));
        Assert.Throws<ArgumentException>(() => SamplePlanes.AtLeast<Lanes64>(new byte[7], 2, 0, 2, 1, new ulong[2]));
        Assert.Throws<ArgumentException>(() => SamplePlanes.AtLeast<Lanes64>(new byte[6], 2, 1, 2, 1, new ulong[2]));
        Assert.Throws<ArgumentException>(() => SamplePlanes.Bit<Lanes128>(new byte[6], 2, 0, 2, 1, new ulong[3]));
    }

    internal sealed class Transposing : ILaneCase
    {
        public void Run<TLanes>()
            where TLanes : unmanaged, ILanes<TLanes>
        {
            var before = new ulong[64 * TLanes.Words];
            new Random(5).NextBytes(MemoryMarshal.AsBytes(before.AsSpan()));
            ulong[] after = [.. before];
            LaneTranspose.Run(ref LaneMemory.First<TLanes>(after));
            for (int matrix = 0; matrix < TLanes.Words; matrix++)
            {
                for (int row = 0; row < 64; row++)
                {
                    for (int column = 0; column < 64; column++)
                        Assert.Equal(before[(row * TLanes.Words) + matrix] >> column & 1, after[(column * TLanes.Words) + matrix] >> row & 1);
                }
            }
        }
    }

    internal sealed class Packing(int seed) : ILaneCase
    {
        public void Run<TLanes>()
            where TLanes : unmanaged, ILanes<TLanes>
        {
            var random = new Random(seed);
            int lanes = 64 * TLanes.Words, length = seed < 3 ? 500 + (100 * seed) : random.Next(1, 200);
            int samples = seed % 2 == 0 ? lanes : random.Next(0, lanes);
            int from = random.Next(length), count = random.Next(length - from + 1);
            int threshold = random.Next(1, 256), bit = random.Next(8);
            var images = new byte[samples * length];
            random.NextBytes(images);
            var atLeast = new ulong[count * TLanes.Words];
            var bits = new ulong[count * TLanes.Words];
            SamplePlanes.AtLeast<TLanes>(images, length, from, count, threshold, atLeast);
            SamplePlanes.Bit<TLanes>(images, length, from, count, bit, bits);
            for (int i = 0; i < count; i++)
            {
                for (int lane = 0; lane < lanes; lane++)
                {
                    int value = lane < samples ? images[(lane * length) + from + i] : 0;
                    Assert.Equal(value >= threshold, LaneCases.Bit(atLeast.AsSpan(i * TLanes.Words), lane));
                    Assert.Equal((value >> bit & 1) != 0, LaneCases.Bit(bits.AsSpan(i * TLanes.Words), lane));
                }
            }
        }
    }
}
