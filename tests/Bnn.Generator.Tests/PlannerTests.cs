using Bnn.Generator.Compiler;
using Bnn.Generator.Compiler.Planning;
using Bnn.Model;

namespace Bnn.Generator.Tests;

public class PlannerTests
{
    private static Network Layers(params int[] widths)
    {
        var random = new Random(1);
        var layers = new List<Layer>();
        for (int i = 1; i < widths.Length - 1; i++)
            layers.Add(new DenseLayer($"dense {i}", Models.Weights(widths[i], widths[i - 1], random),
                Enumerable.Repeat(widths[i - 1] / 2, widths[i]).ToEquatableArray()));
        layers.Add(new ScoresLayer("scores", Models.Weights(widths[^1], widths[^2], random), Enumerable.Repeat(0, widths[^1]).ToEquatableArray(), 1));
        return Models.Bits(widths[0], [.. layers]);
    }

    private static Lowering[] Lowerings(CompileSettings settings, params int[] widths) =>
        BnnCompiler.Plan(Layers(widths), settings).Layers.Select(layer => layer.Lowering).ToArray();

    [Fact]
    public void Small_layers_unroll_and_large_ones_take_lanes_or_where_batches_count_tables()
    {
        Assert.Equal([Lowering.ActiveColumns, Lowering.Permute, Lowering.Unrolled, Lowering.Unrolled], Lowerings(Models.Settings(), 784, 256, 128, 24, 10));
        Assert.Equal([Lowering.PopCountTable, Lowering.Unrolled, Lowering.Unrolled], Lowerings(Models.Settings(Goal.Throughput), 784, 64, 24, 10));
    }

    [Theory]
    [InlineData(784, 256, "ActiveColumns")]
    [InlineData(784, 137, "Permute with 512 bits, ActiveColumns with 256 bits, else Permute")]
    [InlineData(128, 72, "Permute with 512 bits, else PopCountTable")]
    [InlineData(137, 72, "Permute")]
    [InlineData(137, 68, "Permute")]
    [InlineData(64, 64, "Unrolled")]
    [InlineData(1024, 1024, "ActiveColumns")]
    public void Dense_layers_choose_for_each_tier(int inputs, int channels, string how)
    {
        Plan plan = BnnCompiler.Plan(Layers(inputs, channels, 10), Models.Settings());
        Assert.Equal(how, plan.Layers[0].How);
        Assert.Contains($" live weights, {how}: {(how.Contains("with", StringComparison.Ordinal) ? "each where it is the cheapest" : plan.Layers[0].Reason)}\n", plan.Text, StringComparison.Ordinal);
        // No other way costs less on any tier.
        Assert.All(LaneTier.All, tier => Assert.All((TierWays?[])[null, TierWays.Everywhere(Lowering.ActiveColumns), TierWays.Everywhere(Lowering.Permute)], other =>
            Assert.True(plan.Sample.Cycles(0, tier) <= (plan.Sample with { Dense = [other, null] }).Cycles(0, tier))));
        Assert.Equal("Permute", BnnCompiler.Plan(Layers(inputs, channels, 10), Models.Settings(lowering: Lowering.Permute)).Layers[0].How);
    }

    /// <summary>As the kernels do it: where a register's channels read the same, few inputs cost less than all, and no masks are looked up; single weights cost more.</summary>
    [Fact]
    public void Masks_in_blocks_pay_for_one_sample()
    {
        double[] all = Cycles(1, 1, 1), inBlocks = Cycles(64, 1, 0.15), inBytes = Cycles(64, 8, 0.15), single = Cycles(1, 1, 0.15);
        for (int tier = 0; tier < LaneTier.All.Count; tier++)
        {
            Assert.InRange(inBytes[tier] / all[tier], 0.15, 0.4);
            Assert.InRange(single[tier] / all[tier], 1.5, 2.5);
        }
        // With 128 bits, bytes of the input; with more, whatever their shape.
        Assert.InRange(inBlocks[0] / all[0], 0.15, 0.4);
        Assert.InRange(inBlocks[1] / all[1], 0.15, 0.45);
        Assert.InRange(inBlocks[2] / all[2], 0.7, 1.4);

        double[] Cycles(int channels, int inputs, double live)
        {
            Network network = Layers(3136, 256, 10);
            var dense = (DenseLayer)network.Layers[0];
            network = Models.Bits(3136, dense with { Weights = dense.Weights.InBlocks(channels, inputs, live, new Random(2)), Limits = Enumerable.Repeat(0, 256).ToEquatableArray() }, network.Layers[1]);
            return [.. LaneTier.All.Select(tier => DenseLanes.Cycles(tier, network, 0, Lowering.Permute))];
        }
    }

    [Fact]
    public void Goal_size_prefers_tables() => Assert.Equal([Lowering.PopCountTable, Lowering.Unrolled], Lowerings(Models.Settings(Goal.Size), 64, 24, 10));

    /// <summary>Sums of bytes are looked up where all channels read the same; else an 8-bit layer stays on planes.</summary>
    [Theory]
    [InlineData(512, null, 1, "Permute")]
    [InlineData(24, null, 1, "Permute with 512 bits, else PopCountTable")]
    [InlineData(24, "Permute", 1, "Permute")]
    [InlineData(512, "ActiveColumns", 1, "PopCountTable")]
    [InlineData(512, "PopCountTable", 1, "PopCountTable")]
    [InlineData(512, "Permute", 0.9, "PopCountTable")]
    public void First_layers_on_bytes_look_sums_up(int channels, string? lowering, double live, string expected)
    {
        var random = new Random(1);
        Network network = Models.Net(new(1, 28, 28), new EightBitEncoding(),
            new DenseLayer("a", Models.Weights(channels, 784, random, live: live), Enumerable.Repeat(90_000, channels).ToEquatableArray()),
            new ScoresLayer("scores", Models.Weights(4, channels, random), Models.Ints(0, 1, 2, 3), 1));
        Lowering? byName = lowering is null ? null : Enum.Parse<Lowering>(lowering);
        Assert.Equal(expected, BnnCompiler.Plan(network, Models.Settings(lowering: byName)).Layers[0].How);
    }

    [Theory, InlineData("Unrolled"), InlineData("PopCountTable"), InlineData("ActiveColumns"), InlineData("Permute")]
    public void Lowering_is_forced_by_name(string name)
    {
        Lowering lowering = Enum.Parse<Lowering>(name);
        // Scores have no lanes for one sample.
        int last = lowering is Lowering.ActiveColumns or Lowering.Permute ? 1 : 0;
        Assert.All(Lowerings(Models.Settings(lowering: lowering), 784, 64, 24, 10)[..^last], chosen => Assert.Equal(lowering, chosen));
    }

    [Fact]
    public void Budgets_hold_even_against_a_lowering_by_name()
    {
        CompileSettings settings = Models.Settings(lowering: Lowering.Unrolled, budget: 100);
        Assert.Equal([Lowering.PopCountTable, Lowering.Unrolled], Lowerings(settings, 784, 64, 24));
        // A hundred for each of the first two layers leaves fifty of the model's 250.
        Plan plan = BnnCompiler.Plan(Layers(64, 100, 50, 60), settings);
        Assert.Equal([100, 100, 60], plan.Layers.Select(layer => ((WeightedPlan)layer).Rows.WordOperations));
        Assert.Equal([Lowering.Unrolled, Lowering.Unrolled, Lowering.PopCountTable], plan.Layers.Select(layer => layer.Lowering));
        Assert.Equal("60 word operations pass what is left of the model's budget, 50", plan.Layers[2].Reason);
    }

    [Fact]
    public void Each_tier_has_its_own_least_number_of_samples() =>
        Assert.Contains("int least = global::Bnn.Kernels.ProcessorTier.Has512 ? 24 : global::Bnn.Kernels.ProcessorTier.Has256 ? 34 : 31;",
            Models.Source(Models.Digits()), StringComparison.Ordinal);

    [Fact]
    public void Plan_tells_its_story()
    {
        string text = BnnCompiler.Plan(Models.Digits(), Models.Settings()).Text;
        Assert.Equal(
            """
            goal        Latency
            operations  1776 in the file, 1776 compiled
            input       64 of 64 bits packed into 1 words, by 1 run of values
            layer 0     64 -> 24 channels, 24 word operations, 1536 live weights, Unrolled: up to 64 word operations literals are faster
            layer 1     24 -> 10 scores, 10 word operations, 240 live weights, Unrolled: up to 64 word operations literals are faster
            sample      about 141 cycles
            batch       a sample in each lane, about 27 cycles each, from 34 (24 with 512 bits, 31 with 128 bits) samples on

            """.ReplaceLineEndings("\n"), text);
    }

    [Fact]
    public void Small_layers_of_a_batch_are_circuits_where_batches_are_what_counts()
    {
        bool[] AreCircuits(CompileSettings settings, params int[] widths) =>
            [.. BnnCompiler.Plan(Layers(widths), settings).Batch.Circuits.Select(circuit => circuit is not null)];
        Assert.Equal([true, false], AreCircuits(Models.Settings(Goal.Throughput), 64, 24, 10));
        Assert.Equal([false, false], AreCircuits(Models.Settings(Goal.Latency), 64, 24, 10));
        Assert.Equal([false, false], AreCircuits(Models.Settings(lowering: Lowering.SampleLanes), 64, 24, 10));
        // Almost eight thousand operations: only if asked for, and within the budget.
        Assert.Equal([false, false], AreCircuits(Models.Settings(Goal.Throughput), 128, 32, 10));
        Assert.Equal([true, false], AreCircuits(Models.Settings(lowering: Lowering.BitCircuit), 128, 32, 10));
        Assert.Equal([false, false], AreCircuits(Models.Settings(lowering: Lowering.BitCircuit, budget: 7000), 128, 32, 10));
    }

    [Fact]
    public void Gaps_in_the_input_are_skipped_where_that_pays()
    {
        InputLayout Layout(int channels) => InputLayout.Of(Models.Bits(300, new ScoresLayer("scores",
            WeightMatrix.Create(channels, 300, (_, column) => column is (> 9 and < 70) or (> 80 and < 290) ? 1 : 0), new(new int[channels]), 1)));
        Assert.Equal([new(10, 280, true, 1, 0)], Layout(10).Runs);
        Assert.Equal([new(10, 60, true, 1, 0), new(81, 209, true, 1, 60)], Layout(1000).Runs);
        Assert.Equal(269, Layout(1000).Columns.Length);
    }

    [Fact]
    public void Each_call_that_packs_inputs_is_in_the_estimate()
    {
        double Besides(int channels, int gap) => BnnCompiler.Plan(Models.Bits(300, new DenseLayer("dense",
            WeightMatrix.Create(channels, 300, (_, column) => column < 100 || column >= 100 + gap ? 1 : 0), new([.. Enumerable.Repeat(50, channels)])),
            new ScoresLayer("scores", Models.Weights(10, channels, new(1)), new(new int[10]), 1)), Models.Settings()).Sample.Besides(LaneTier.Usual);
        Assert.Equal(CostModel.Sample, Besides(256, gap: 0));
        Assert.Equal(CostModel.Sample, Besides(256, gap: 5));
        Assert.Equal(CostModel.Sample + (CostModel.PackingCall * LaneTier.Usual.Dense.Word), Besides(256, gap: 50), 9);
    }

    [Fact]
    public void A_model_tells_how_many_of_its_input_bits_are_active()
    {
        double Cycles(string? share)
        {
            Network network = Layers(784, 256, 10);
            if (share is not null)
                network = network with { Metadata = new([new("input-active", share)]) };
            return DenseLanes.Cycles(LaneTier.Usual, network, 0, Lowering.ActiveColumns);
        }
        Assert.True(Cycles("0.100") < Cycles(null) && Cycles(null) < Cycles("0.480"));
        Assert.Equal(2, (Cycles("0.500") - Cycles("0.300")) / (Cycles("0.300") - Cycles("0.200")), 6);
        foreach (string wrong in (string[])["", "many", "0.9", "-0.1", "NaN", "1,5"])
            Assert.Equal(Cycles(null), Cycles(wrong));
    }

    private static (Lowering, string)[] Choices(Network network, CompileSettings settings) =>
        [.. BnnCompiler.Plan(network, settings).Layers.Select(layer => (layer.Lowering, layer.Reason))];

    [Fact]
    public void An_image_has_its_pixels_in_lanes_up_to_the_dense_layers() => Assert.Equal(
    [
        .. Enumerable.Repeat((Lowering.PixelLanes, "layers 0 to 3 are cheaper so on every processor"), 4),
        (Lowering.ActiveColumns, "each where it is the cheapest"),
        (Lowering.Unrolled, "up to 64 word operations literals are faster"),
    ], Choices(Models.Fashion(), Models.Settings()));

    [Theory, InlineData(192, 8, "Permute"), InlineData(192, 7, "Permute"), InlineData(512, 7, "ActiveColumns"), InlineData(192, 32, "PixelLanes"), InlineData(8, 8, "PixelLanes")]
    public void Convolutions_of_many_channels_over_small_maps_have_these_in_lanes(int channels, int size, string lowering)
    {
        Network network = Models.Image(new(channels, size, size), new RawBitsEncoding(), Models.Convolution(1, channels, channels, 3, padding: 1));
        Assert.Equal(lowering, Choices(network, Models.Settings())[0].Item1.ToString());
    }

    [Fact]
    public void One_image_does_without_lanes_where_batches_are_what_counts() => Assert.Equal(
    [
        (Lowering.ChannelLanes, "36 vector instructions a position are less than 320 with words"),
        (Lowering.BitOperations, "windows are written out"),
        (Lowering.PopCountTable, "above 16 word operations a table is faster"),
        (Lowering.BitOperations, "windows are written out"),
        (Lowering.PopCountTable, "above 64 word operations a table is faster"),
        (Lowering.Unrolled, "up to 64 word operations literals are faster"),
    ], Choices(Models.Fashion(), Models.Settings(Goal.Throughput)));

    [Fact]
    public void Channels_lie_in_lanes_unless_words_are_cheaper_or_counts_too_large()
    {
        // Images are too wide for pixels in lanes.
        Lowering First(Shape input, InputEncoding encoding, ConvolutionLayer layer, Goal goal = Goal.Latency, Lowering? lowering = null) =>
            Choices(Models.Image(input, encoding, layer), Models.Settings(goal, lowering))[0].Item1;
        var threshold = new ThresholdEncoding(Models.Ints(90));
        Assert.Equal(Lowering.ChannelLanes, First(new(1, 9, 70), threshold, Models.Convolution(1, 1, 32, 5, padding: 0)));
        Assert.Equal(Lowering.Unrolled, First(new(1, 9, 70), threshold, Models.Convolution(1, 1, 4, 5, padding: 0)));
        Assert.Equal(Lowering.PopCountTable, First(new(1, 9, 70), threshold, Models.Convolution(1, 1, 32, 5, padding: 0), Goal.Size));
        Assert.Equal(Lowering.Unrolled, First(new(1, 9, 70), threshold, Models.Convolution(1, 1, 32, 5, padding: 0), lowering: Lowering.Unrolled));
        // 12 · 12 · 255 is more than a short integer holds.
        Assert.Equal(Lowering.PopCountTable, First(new(1, 14, 70), new EightBitEncoding(), Models.Convolution(1, 1, 32, 12, padding: 0, isEightBit: true)));
        Assert.Equal(Lowering.ChannelLanes, First(new(1, 14, 70), new EightBitEncoding(), Models.Convolution(1, 1, 32, 11, padding: 0, isEightBit: true)));
    }

    [Fact]
    public void Groups_are_merged_until_gathering_and_counting_are_in_balance()
    {
        int Groups(int channels, int groups) => ((WeightedPlan)BnnCompiler.Plan(Models.Image(new(channels, 5, 5), new RawBitsEncoding(),
            Models.Convolution(1, channels, channels, 3, padding: 1, groups: groups)), Models.Settings(lowering: Lowering.PopCountTable)).Layers[0]).Rows.Groups;
        Assert.Equal(4, Groups(64, 64));
        Assert.Equal(4, Groups(64, 4));
        Assert.Equal(2, Groups(256, 2));
    }

    [Fact]
    public void Padding_is_a_border_while_that_is_in_proportion()
    {
        ImageLayout Input(int padding) => BnnCompiler.Plan(Models.Image(new(8, 4, 4), new RawBitsEncoding(), Models.Convolution(1, 8, 8, 3, padding)),
            Models.Settings(lowering: Lowering.PopCountTable)).Input.Image!;
        Assert.Equal(new(new(8, 4, 4), new(2, 2, 2, 2), false), Input(2));
        Assert.False(Input(300).HasBorder);
    }

    [Fact]
    public void Notes_and_plan_name_every_layer()
    {
        string lanes = BnnCompiler.Plan(Models.Fashion(), Models.Settings()).Text;
        long planes = LaneCosts.Additions((WeightedLayer)Models.Fashion().Layers[0], isEightBit: false);
        Assert.Contains($"\nlayer 0     8x28x28 -> 32x26x26 channels, kernel 3x3, {planes} planes added in a register, 2304 live weights, PixelLanes: ",
            lanes, StringComparison.Ordinal);
        Network bytes = Models.Image(new(3, 32, 32), new EightBitEncoding(), Models.Convolution(1, 3, 48, 3, padding: 1, isEightBit: true));
        Assert.Contains("\nlayer 0     3x32x32 -> 48x32x32 channels, kernel 3x3, 288 sums looked up for a pair of registers, 1296 live weights, PixelLanes: ",
            BnnCompiler.Plan(bytes, Models.Settings()).Text, StringComparison.Ordinal);
        string text = BnnCompiler.Plan(Models.Fashion(), Models.Settings(Goal.Throughput)).Text;
        Assert.Contains("\ninput       1x28x28 codes, a byte each, at most 9 of a value\n", text, StringComparison.Ordinal);
        Assert.Contains("\nlayer 0     8x28x28 -> 32x26x26 channels, kernel 3x3, 6084 vector operations, 2304 live weights, ChannelLanes: ", text,
            StringComparison.Ordinal);
        Assert.Contains("\nlayer 1     32x26x26 -> 32x13x13 max-pool, BitOperations: windows are written out\n", text, StringComparison.Ordinal);
        Assert.Contains("\nlayer 2     32x13x13 -> 64x11x11 channels, kernel 3x3, 38720 word operations, 18432 live weights, PopCountTable: ", text,
            StringComparison.Ordinal);
    }
}
