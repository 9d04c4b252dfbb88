using Bnn.Kernels;

namespace Bnn.Runtime.Tests.Kernels;

public class TapGroupsTests
{
    [Theory]
    // Rows of nine taps, as five and four; few channels make fewer sums.
    [InlineData(3, 3, 3, 1, 48, 3, "5,4")]
    [InlineData(3, 3, 3, 1, 8, 3, "3,3,3")]
    // A stride of two makes two new rows for each position, one of three makes all.
    [InlineData(3, 3, 3, 3, 48, 1, "4,4,4,4,4,4,3")]
    [InlineData(3, 5, 5, 1, 48, 5, "5,5,5")]
    [InlineData(1, 3, 3, 1, 16, 3, "3")]
    [InlineData(3, 1, 1, 1, 48, 1, "3")]
    // A row of one tap is no group.
    [InlineData(1, 9, 1, 1, 48, 1, "5,4")]
    public void The_cheapest_groups_are_taken(int channels, int height, int width, int stride, int rows, int windows, string sizes)
    {
        var groups = TapGroups.Of(channels, height, width, stride, isAcross: false, rows);
        Assert.Equal((windows, sizes), (groups.Windows, string.Join(',', groups.Sizes)));
        // Columns are the same to a kernel that is turned.
        groups = TapGroups.Of(channels, width, height, stride, isAcross: true, rows);
        Assert.Equal((windows, sizes), (groups.Windows, string.Join(',', groups.Sizes)));
    }

    // A channel all of whose weights are +1 looks up the sum of all taps of each group, one with a single weight the sum of that tap alone.
    [Fact]
    public void Each_input_is_in_one_group_of_one_window()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            int height = random.Next(1, 8), width = random.Next(1, 8), channels = random.Next(1, 1 + Math.Max(1, TapGroups.MostInputs / height / width)), inputs = channels * height * width;
            bool isAcross = seed % 2 == 0;
            var groups = TapGroups.Of(channels, height, width, random.Next(1, 5), isAcross, random.Next(1, 200));
            Assert.True(groups.Windows * groups.Entries <= 512);
            Assert.Equal(inputs, groups.Windows * groups.Taps.Length);
            Assert.Equal(groups.Taps.Length, groups.Taps.Select(tap => tap.Slot).Distinct().Count());
            Assert.True(groups.Windows == 1 || groups.Taps.All(tap => (isAcross ? tap.Column : tap.Row) == 0));
            var seen = new HashSet<int>();
            for (int input = 0; input < inputs; input++)
            {
                var one = new ulong[(inputs + 63) / 64];
                one[input >> 6] = 1UL << (input & 63);
                List<int> added = [], removed = [], other = [];
                groups.Look(one, one, added, removed);
                Assert.Empty(removed);
                Assert.True(seen.Add(Assert.Single(added)), $"seed {seed}, input {input}");
                Assert.InRange(added[0], 0, (groups.Windows * groups.Entries) - 1);
                groups.Look(new ulong[one.Length], one, other, removed);
                Assert.Empty(other);
                Assert.Equal(added, removed);
            }
            List<int> all = [];
            groups.Look(new ulong[(inputs + 63) / 64], default, all, []);
            Assert.Equal(groups.Windows * groups.Sizes.Count, all.Count);
        }
    }

    [Fact]
    public void More_inputs_than_fit_are_refused() => Assert.Throws<ArgumentException>(() => TapGroups.Of(43, 3, 1, 1, isAcross: false, 1));
}
