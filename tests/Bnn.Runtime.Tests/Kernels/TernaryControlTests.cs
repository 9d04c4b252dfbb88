using Bnn.Kernels;

namespace Bnn.Runtime.Tests.Kernels;

/// <summary>The truth tables, on every processor: each bit against the operation that it stands for.</summary>
public class TernaryControlTests
{
    [Fact]
    public void Tables_are_those_of_the_operations()
    {
        for (int i = 0; i < 8; i++)
        {
            (int a, int b, int c) = (i >> 2 & 1, i >> 1 & 1, i & 1);
            Assert.Equal((a + b + c) % 2, TernaryControl.Sum >> i & 1);
            // The carry is asked with the sum in place of the second bit.
            int sum = (a + b + c) % 2;
            Assert.Equal((a + b + c) / 2, TernaryControl.Carry >> ((4 * a) + (2 * sum) + c) & 1);
            Assert.Equal(a == 1 ? b : c, TernaryControl.Select >> i & 1);
            Assert.Equal(a > b ? 1 : a < b ? 0 : c, TernaryControl.Greater >> i & 1);
        }
    }
}
