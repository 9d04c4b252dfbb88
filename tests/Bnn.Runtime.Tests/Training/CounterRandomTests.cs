using Bnn.Training;

namespace Bnn.Runtime.Tests.Training;

public sealed class CounterRandomTests
{
    [Fact]
    public void Numbers_stay_what_they_are_because_runs_are_repeated_from_them()
    {
        Assert.Equal(9019143258902894665UL, CounterRandom.Next(0, CounterRandom.Stream.Split, 0, 0));
        Assert.Equal(3663682044033262722UL, CounterRandom.Next(7, CounterRandom.Stream.Order, 3, 12345));
        int[] items = [0, 1, 2, 3, 4, 5, 6, 7];
        CounterRandom.Shuffle(items, 5, CounterRandom.Stream.Order, 1);
        Assert.Equal([7, 2, 5, 0, 1, 4, 3, 6], items);
    }

    [Fact]
    public void Every_word_of_the_key_changes_the_number()
    {
        var seen = new HashSet<ulong>();
        for (ulong a = 0; a < 10; a++)
        {
            for (ulong b = 0; b < 10; b++)
            {
                for (ulong c = 0; c < 10; c++)
                {
                    Assert.True(seen.Add(CounterRandom.Next(a, CounterRandom.Stream.Order, b, c)));
                    Assert.True(seen.Add(CounterRandom.Next(a, CounterRandom.Stream.Split, b, c)));
                }
            }
        }
    }

    [Fact]
    public void Normal_numbers_have_mean_zero_and_variance_one()
    {
        double sum = 0, squares = 0, beyond = 0;
        const int Count = 40_000;
        for (ulong i = 0; i < Count; i++)
        {
            double x = CounterRandom.Normal(3, CounterRandom.Stream.InitialWeights, 0, i);
            sum += x;
            squares += x * x;
            beyond += Math.Abs(x) > 1.959964 ? 1 : 0;
        }
        Assert.InRange(sum / Count, -0.02, 0.02);
        Assert.InRange(squares / Count, 0.97, 1.03);
        Assert.InRange(beyond / Count, 0.046, 0.054);
    }

    [Fact]
    public void Shuffling_spreads_each_item_over_all_places()
    {
        var places = new int[10];
        for (ulong epoch = 0; epoch < 2000; epoch++)
        {
            int[] items = Enumerable.Range(0, 10).ToArray();
            CounterRandom.Shuffle(items, 1, CounterRandom.Stream.Order, epoch);
            Assert.Equal(Enumerable.Range(0, 10), items.Order());
            places[Array.IndexOf(items, 3)]++;
        }
        Assert.All(places, count => Assert.InRange(count, 140, 260));
    }
}
