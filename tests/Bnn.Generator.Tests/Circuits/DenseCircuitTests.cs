using Bnn.Generator.Compiler.Circuits;
using Bnn.Generator.Compiler.Planning;
using Bnn.Model;

namespace Bnn.Generator.Tests.Circuits;

public class DenseCircuitTests
{
    // Full adders of five operations for the planes that tables add.
    private static double OfTables(WeightMatrix weights, int[] limits) =>
        5.0 * LaneCosts.Additions(new DenseLayer("layer", weights, new(limits)), isEightBit: false);

    private static int[] Limits(WeightMatrix weights, Random random) =>
        [.. Enumerable.Range(0, weights.Rows).Select(row => (weights.LiveCount(row) / 2) + random.Next(-3, 4))];

    private static void AssertCounts(WeightMatrix weights, int[] limits, Circuit circuit, ulong[] inputs)
    {
        ulong[] fires = CircuitEvaluator.Run(circuit, inputs);
        for (int lane = 0; lane < 64; lane++)
        {
            for (int row = 0; row < weights.Rows; row++)
            {
                int count = Enumerable.Range(0, weights.Columns)
                    .Count(i => weights.IsLive(row, i) && weights.IsPositive(row, i) != ((inputs[i] >> lane & 1) != 0));
                Assert.Equal(count <= limits[row], (fires[row] >> lane & 1) != 0);
            }
        }
    }

    [Fact]
    public void Small_layers_are_exact_for_every_input_and_limit()
    {
        var random = new Random(1);
        for (int inputs = 1; inputs <= 9; inputs++)
        {
            foreach (double live in new[] { 1, 0.6 })
            {
                WeightMatrix weights = Models.Weights(inputs + 3, inputs, random, live);
                int[] limits = [.. Enumerable.Range(-1, inputs + 3)];
                Circuit circuit = DenseCircuit.Of(weights, limits);
                for (int from = 0; from < 1 << inputs; from += 64)
                    AssertCounts(weights, limits, circuit, [.. Enumerable.Range(0, inputs).Select(i => Lanes(from, i))]);
            }
        }

        // Bit i of the number of each lane, from a first number on.
        static ulong Lanes(int from, int i) =>
            Enumerable.Range(0, 64).Aggregate(0UL, (word, lane) => word | (ulong)((from + lane) >> i & 1) << lane);
    }

    [Fact]
    public void Random_layers_are_exact()
    {
        for (int seed = 0; seed < 6; seed++)
        {
            var random = new Random(seed);
            WeightMatrix weights = Models.Weights(random.Next(1, 80), random.Next(1, 150), random, seed % 3 == 0 ? 1 : random.NextDouble());
            int[] limits = Limits(weights, random);
            Circuit circuit = DenseCircuit.Of(weights, limits);
            AssertCounts(weights, limits, circuit, [.. Enumerable.Range(0, weights.Columns).Select(_ => (ulong)random.NextInt64())]);
        }
    }

    [Theory, InlineData(128, 32, 1), InlineData(64, 24, 1), InlineData(64, 64, 1), InlineData(128, 32, 0.25)]
    public void Channels_share_a_fifth_of_all_operations_and_more(int inputs, int channels, double live)
    {
        var random = new Random(1);
        WeightMatrix weights = Models.Weights(channels, inputs, random, live);
        int[] limits = Limits(weights, random);
        Assert.InRange(DenseCircuit.Of(weights, limits).Gates.Count, 1, 0.8 * OfTables(weights, limits));
    }

    [Fact]
    public void Signs_of_weights_cost_no_operations()
    {
        // The same inputs with all signs: one sum, and one operation more for each other carry and its use.
        WeightMatrix weights = Models.Rows("+++", "++-", "+-+", "+--", "-++", "-+-", "--+", "---");
        int[] limits = [.. Enumerable.Repeat(1, 8)];
        Circuit circuit = DenseCircuit.Of(weights, limits);
        // Two differences, and two operations for each of four carries; the other four are their complements.
        Assert.Equal(10, circuit.Gates.Count);
        AssertCounts(weights, limits, circuit, [0xAAAAAAAAAAAAAAAA, 0xCCCCCCCCCCCCCCCC, 0xF0F0F0F0F0F0F0F0]);
    }

    [Fact]
    public void Constants_and_equal_values_fold()
    {
        var builder = new CircuitBuilder(2);
        Wire a = CircuitBuilder.Input(0), b = CircuitBuilder.Input(1);
        Assert.Equal(Wire.Zero, builder.Xor(a, a));
        Assert.Equal(Wire.One, builder.Or(a, ~a));
        Assert.Equal(~a, builder.Xor(a, Wire.One));
        Assert.Equal(a, builder.And(a, Wire.One));
        Assert.Equal(Wire.Zero, builder.And(Wire.Zero, b));
        Assert.Equal(builder.Xor(~b, a), ~builder.Xor(a, b));
        Assert.Equal(builder.Or(a, b), ~builder.And(~b, ~a));
        Circuit circuit = builder.Build([builder.And(a, ~b), Wire.One, ~b]);
        Assert.Equal([new Gate(Op.AndNot, 1, 2)], circuit.Gates);
        Assert.Equal([0b1010UL, ulong.MaxValue, ~0b0101UL], CircuitEvaluator.Run(circuit, [0b1111, 0b0101]));
    }
}
