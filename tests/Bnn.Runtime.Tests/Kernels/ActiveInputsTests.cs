using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Bnn.Kernels;

namespace Bnn.Runtime.Tests.Kernels;

public class ActiveInputsTests
{
    [Fact]
    public void Every_way_lists_the_same_inputs() => Check();

    internal static unsafe void Check()
    {
        var random = new Random(1);
        for (int words = 1; words <= 1024; words += words < 8 ? 1 : 127)
        {
            ulong[] input = Bits(), live = Bits();
            foreach (ulong idle in new[] { 0UL, ulong.MaxValue })
            {
                ushort[] expected = [.. Enumerable.Range(0, 64 * words)
                    .Where(i => LaneCases.Bit(live, i) && LaneCases.Bit(input, i) != (idle != 0)).Select(i => (ushort)i)];
                if (idle == 0)
                    Assert.Equal(expected.Length, ActiveInputs.Ones(ref input[0], ref live[0], words));
                Assert.Equal(expected, List((list) => ActiveInputs.List(ref input[0], ref live[0], words, idle, (ushort*)list)));
                Assert.Equal(expected, List((list) => ActiveInputs.ByTable(ref input[0], ref live[0], words, idle, (ushort*)list)));
                Assert.Equal(expected, List((list) => ActiveInputs.ByWalking(ref input[0], ref live[0], words, idle, (ushort*)list)));
                if (Avx512Vbmi2.IsSupported)
                    Assert.Equal(expected, List((list) => ActiveInputs.ByCompressing(ref input[0], ref live[0], words, idle, (ushort*)list)));
            }

            ushort[] List(Func<nint, int> way)
            {
                var list = new ushort[(64 * words) + ActiveInputs.Slack];
                fixed (ushort* first = list)
                    return list[..way((nint)first)];
            }

            ulong[] Bits()
            {
                var bits = new ulong[words];
                random.NextBytes(MemoryMarshal.AsBytes(bits.AsSpan()));
                (bits[0], bits[^1]) = (ulong.MaxValue, words == 2 ? 0 : bits[^1]);
                return bits;
            }
        }
    }
}
