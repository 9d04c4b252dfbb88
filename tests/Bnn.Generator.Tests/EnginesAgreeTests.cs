using System.Reflection;
using Bnn.Generator.Compiler;
using Bnn.Generator.Compiler.Passes;
using Bnn.Generator.Compiler.Planning;
using Bnn.Inference;
using Bnn.Model;
using Bnn.Runtime.Tests;
using Microsoft.CodeAnalysis;

namespace Bnn.Generator.Tests;

public class EnginesAgreeTests
{
    private static readonly (string, string)[] s_all =
    [
        ("Goal", "Latency"), ("Goal", "Size"), ("Lowering", "Unrolled"), ("Lowering", "PopCountTable"), ("Lowering", "ChannelLanes"),
        ("Lowering", "PixelLanes"), ("Lowering", "SampleLanes"), ("Goal", "Throughput"), ("Lowering", "ActiveColumns"), ("Lowering", "Permute"),
        ("Lowering", "BitCircuit"),
    ];

    // The lowerings that dense layers have.
    private static readonly int[] s_dense = [2, 3, 6, 8, 9, 10];

    /// <summary>Compiles networks, each in several ways, into one assembly, and compares them with Reference.</summary>
    private static void AssertAgree(
        IReadOnlyList<Network> networks, bool isChecked = false, int samples = 6, Func<int, (string, string)[]>? waysOf = null)
    {
        waysOf ??= _ => s_all;
        var files = new List<InMemoryFile>();
        for (int i = 0; i < networks.Count; i++)
        {
            string text = BnnWriter.Write(networks[i]);
            (string Option, string Value)[] ways = waysOf(i);
            for (int l = 0; l < ways.Length; l++)
                files.Add(new($"/project/n{i}_{l}.bnn", text, ("BnnClass", $"N{i}_{l}"), ("Bnn" + ways[l].Option, ways[l].Value)));
        }
        Assembly assembly = Drivers.Compile(Drivers.Project(isChecked), new(("RootNamespace", "Models")), [.. files]).Load();
        for (int i = 0; i < networks.Count; i++)
        {
            Network network = networks[i];
            byte[][] inputs = Enumerable.Range(0, samples).Select(seed => RandomNetworks.Input(network, seed)).ToArray();
            int[][] scores = inputs.Select(input => Reference.Run(network, input).Scores).ToArray();
            int[] classes = inputs.Select(input => Reference.Predict(network, input)).ToArray();
            for (int l = 0; l < waysOf(i).Length; l++)
            {
                var generated = new GeneratedClass(assembly.GetType($"Models.N{i}_{l}", throwOnError: true)!);
                for (int s = 0; s < samples; s++)
                {
                    Assert.True(scores[s].AsSpan().SequenceEqual(generated.Scores(inputs[s], network.ClassCount)),
                        $"Network {i}, {network.Name}, {waysOf(i)[l]}, sample {s}");
                    Assert.Equal(classes[s], generated.Predict(inputs[s]));
                }
                byte[] images = inputs.SelectMany(input => input).ToArray();
                Assert.Equal(classes, generated.PredictBatch(images, samples));
                Assert.Equal(scores.SelectMany(score => score), generated.ScoresBatch(images, samples * network.ClassCount));
            }
        }
    }

    [Theory, InlineData(0), InlineData(1)]
    public void Generated_code_equals_reference_on_random_dense_networks(int round) =>
        AssertAgree(Enumerable.Range(40 * round, 40).Select(RandomNetworks.Dense).ToArray(), waysOf: i => [s_all[0], s_all[s_dense[i / 5 % s_dense.Length]]]);

    /// <summary>Every other network as the planner has it and in a second way, the others in one way; the C# compiler takes most of the time.</summary>
    [Theory, InlineData(0), InlineData(1), InlineData(2), InlineData(3), InlineData(4)]
    public void Generated_code_equals_reference_on_random_networks_of_all_kinds(int round) => AssertAgree(
        Enumerable.Range(100 * round, 100).Select(RandomNetworks.Any).ToArray(), samples: 4,
        waysOf: i => i % 2 == 0 ? [s_all[0], s_all[1 + (i / 4 % 10)]] : [s_all[i / 4 % 11]]);

    [Fact]
    public void Generated_code_equals_reference_in_a_checked_project() => AssertAgree(
        [.. Enumerable.Range(1000, 8).Select(RandomNetworks.Dense), .. Enumerable.Range(1000, 24).Select(RandomNetworks.Any)],
        isChecked: true, samples: 4, waysOf: i => [s_all[0], s_all[1 + (i / 3 % 10)]]);

    public static TheoryData<string> Kinds => [.. SampleNetworks.Kinds.Select(kind => kind.Name)];

    /// <summary>A kind of layer or encoding that the compiler does not know fails here, as soon as the model has it.</summary>
    [Theory, MemberData(nameof(Kinds))]
    public void Every_kind_of_layer_and_encoding_compiles_in_every_way(string name) =>
        AssertAgree([SampleNetworks.With(SampleNetworks.Kinds.Single(kind => kind.Name == name))]);

    [Fact]
    public void Patches_of_every_form_are_exact() => AssertAgree(
    [
        // Padding far beyond the image, which a kernel of the runtime puts in; on bits and on bytes.
        Models.Image(new(2, 3, 2), new RawBitsEncoding(), Models.Convolution(1, 2, 3, 4, padding: 700, stride: 200, bit: true)),
        Models.Image(new(2, 3, 2), new EightBitEncoding(), Models.Convolution(1, 2, 3, 4, padding: 700, stride: 200, bit: true)),
        // A kernel of more pieces than code is written for.
        Models.Image(new(1, 70, 70), new ThresholdEncoding(new([90])), Models.Convolution(1, 1, 5, 66, padding: 1)),
        // Words of a patch by the dozen; bytes that begin anywhere; pixels under the kernel that nobody reads.
        Models.Image(new(72, 4, 4), new RawBitsEncoding(), Models.Convolution(1, 72, 70, 3, padding: 1),
            Models.Convolution(2, 70, 8, 3, padding: 1, bit: true)),
        Models.Image(new(3, 5, 5), new RawBitsEncoding(),
            Models.Masked(Models.Convolution(1, 3, 9, 3, padding: 1, bit: true), column => column % 9 is 0 or 4 or 5)),
        // Groups that are merged, and groups that are not.
        Models.Image(new(64, 4, 4), new RawBitsEncoding(), Models.Convolution(1, 64, 128, 3, padding: 1, groups: 64),
            Models.Convolution(2, 128, 32, 2, padding: 0, groups: 2)),
        Models.Image(new(130, 3, 3), new RawBitsEncoding(), Models.Convolution(1, 130, 26, 2, padding: 1, groups: 13)),
    ], samples: 3);

    /// <summary>Channels of several registers and words of several kernels; rows of positions in one piece and in two, with a rest that shares no weights.</summary>
    [Theory, InlineData("Permute"), InlineData("ActiveColumns")]
    public void Convolutions_with_their_channels_in_lanes_are_exact(string lowering)
    {
        var pool = new MaxPoolLayer("pool", new(2, 2), new(2, 2), default, default);
        var random = new Random(11);
        ConvolutionLayer thinned = Models.Convolution(7, 65, 129, 3, padding: 1);
        thinned = thinned with { Weights = thinned.Weights.Keep((_, _) => random.Next(3) > 0) };
        Network[] networks =
        [
            Models.Image(new(3, 5, 39), new RawBitsEncoding(), Models.Convolution(1, 3, 200, 3, padding: 1, bit: true), pool,
                Models.Convolution(2, 200, 66, 2, padding: 0, groups: 2), Models.Convolution(3, 66, 64, 1, padding: 0, stride: 2)),
            Models.Image(new(64, 4, 7), new ThresholdEncoding(Enumerable.Repeat(128, 64).ToEquatableArray()), Models.Convolution(4, 64, 192, 3, padding: 1), pool),
            Models.Image(new(2, 3, 2), new RawBitsEncoding(), Models.Convolution(5, 2, 70, 4, padding: 50, stride: 20, bit: true)),
            Models.Image(new(65, 3, 6), new RawBitsEncoding(), thinned),
            // A dense layer sees the pixels as words have them.
            Models.Net(new(5, 6, 6), new RawBitsEncoding(), Models.Convolution(6, 5, 40, 3, padding: 0), pool,
                new DenseLayer("dense", Models.Weights(70, 160, random, live: 0.9), Enumerable.Repeat(70, 70).ToEquatableArray()),
                new ScoresLayer("scores", Models.Weights(4, 70, random), Models.Ints(0, 1, 2, 3), 1)),
        ];
        AssertAgree(networks, isChecked: true, samples: 4, waysOf: _ => [("Lowering", lowering)]);
        Assert.All(networks, network => Assert.All(BnnCompiler.Plan(Models.Compact(network), Models.Settings(lowering: Enum.Parse<Lowering>(lowering))).Layers,
            layer => Assert.Equal(layer.Layer is ConvolutionLayer or DenseLayer, layer is WeightedPlan { HasDenseKernel: true })));
    }

    /// <summary>Words beside kernels of both kinds; their weights in a table and in literals, in the order of the input and of an image on words.</summary>
    [Fact]
    public void Layers_with_a_way_for_each_tier_are_exact()
    {
        var random = new Random(12);
        DenseLayer Dense(int inputs, int channels, double live = 1) => new($"{inputs} to {channels}", Models.Weights(channels, inputs, random, live),
            Enumerable.Range(0, channels).Select(c => (int)(live * inputs / 2) + (c % 5) - 2).ToEquatableArray());
        ScoresLayer scores = new("scores", Models.Weights(4, 68, random), Models.Ints(0, 1, 2, 3), 1);
        Network[] networks =
        [
            Models.Bits(784, Dense(784, 137), Dense(137, 68), scores),
            Models.Bits(784, Dense(784, 137, live: 0.6), Dense(137, 68, live: 0.6), scores),
            Models.Net(new(2, 3, 70), new RawBitsEncoding(), Models.Convolution(1, 2, 5, 3, padding: 0), new MaxPoolLayer("pool", new(1, 2), new(1, 2), default, default),
                Dense(170, 68), scores),
        ];
        Assert.All(networks, network => Assert.Contains("ProcessorTier.Has", Models.Source(network), StringComparison.Ordinal));
        AssertAgree(networks, isChecked: true, samples: 20, waysOf: _ => [s_all[0]]);
    }

    /// <summary>Masks of blocks of channels and inputs, whole ones and such as end with the layer; a layer of which whole registers are dead; behind an image on words.</summary>
    [Fact]
    public void Layers_with_masks_in_blocks_are_exact()
    {
        var random = new Random(14);
        DenseLayer Dense(int inputs, int channels, int blockChannels, int blockInputs, double live)
        {
            WeightMatrix weights = Models.Weights(channels, inputs, random).InBlocks(blockChannels, blockInputs, live, random);
            return new($"{inputs} to {channels}", weights, Enumerable.Range(0, channels).Select(c => Math.Clamp((weights.LiveCount(c) / 2) + (c % 5) - 2, -1, weights.LiveCount(c))).ToEquatableArray());
        }
        ScoresLayer Scores(int channels) => new("scores", Models.Weights(4, channels, random), Models.Ints(0, 1, 2, 3), 1);
        Network[] networks =
        [
            Models.Bits(784, Dense(784, 200, 64, 1, live: 0.2), Dense(200, 130, 64, 8, live: 0.3), Scores(130)),
            Models.Bits(300, Dense(300, 140, 16, 8, live: 0.1), Dense(140, 70, 32, 7, live: 0.5), Scores(70)),
            Models.Bits(400, Dense(400, 256, 64, 400, live: 0.5), Scores(256)),
            Models.Net(new(3, 9, 9), new RawBitsEncoding(), Models.Convolution(1, 3, 20, 3, padding: 0), Dense(980, 96, 64, 1, live: 0.15), Scores(96)),
        ];
        AssertAgree(networks, isChecked: true, samples: 10,
            waysOf: _ => [s_all[0], ("Lowering", "Permute"), ("Lowering", "ActiveColumns"), ("Lowering", "PopCountTable"), ("Lowering", "SampleLanes")]);
    }

    [Fact]
    public void Pools_of_every_form_are_exact()
    {
        EquatableArray<bool> some = Enumerable.Range(0, 70).Select(i => i % 3 == 0).ToEquatableArray(), all = Enumerable.Repeat(true, 70).ToEquatableArray();
        AssertAgree(
        [
            Models.Image(new(70, 6, 6), new RawBitsEncoding(), new MaxPoolLayer("a", new(2, 2), new(2, 2), default, some),
                new MaxPoolLayer("b", new(3, 3), new(1, 1), new(2, 0, 1, 2), some)),
            Models.Image(new(70, 6, 6), new RawBitsEncoding(), new MaxPoolLayer("a", new(2, 3), new(1, 2), default, all),
                new MaxPoolLayer("b", new(5, 1), new(1, 1), new(1, 0, 1, 0), all)),
            Models.Image(new(8, 6, 6), new RawBitsEncoding(), new MaxPoolLayer("a", new(2, 2), new(2, 2), default, default),
                Models.Convolution(1, 8, 8, 3, padding: 1, bit: true)),
            Models.Image(new(3, 12, 12), new RawBitsEncoding(), new MaxPoolLayer("a", new(5, 5), new(2, 2), default, default)),
        ], samples: 4);
    }

    [Fact]
    public void First_convolutions_in_lanes_are_exact_with_values_written_out_and_in_a_loop()
    {
        var networks = new List<Network>();
        foreach (InputEncoding encoding in Models.Encodings)
        {
            foreach ((int channels, int size) in new[] { (5, 3), (33, 3), (64, 2), (70, 5) })
                networks.Add(Models.Image(new(2, 7, 6), encoding,
                    Models.Convolution(1, encoding.Encoded(new(2, 7, 6)).Channels, channels, size, padding: 1, bit: channels % 2 == 0,
                    isEightBit: encoding.IsEightBit)));
        }
        AssertAgree(networks, samples: 4, waysOf: _ => [s_all[4]]);
        Assert.All(networks, network => Assert.Contains("ChannelLanes: asked for", Models.Source(network, new() { Lowering = "ChannelLanes" }),
            StringComparison.Ordinal));
    }

    [Fact]
    public void A_model_that_needs_more_than_the_stack_takes_scratch_of_the_thread()
    {
        Network network = Models.Image(new(1, 260, 260), new ThresholdEncoding(new([90])), Models.Convolution(1, 1, 20, 2, padding: 0),
            new MaxPoolLayer("pool", new(2, 2), new(2, 2), default, default));
        Assert.Contains("ThreadScratch.Words(", Models.Source(network), StringComparison.Ordinal);
        AssertAgree([network], samples: 2, waysOf: _ => [s_all[0], s_all[3]]);
    }

    [Fact]
    public void Scores_at_the_ends_of_int_are_exact_in_a_checked_project()
    {
        WeightMatrix classes = Models.Rows("+-+", "-..", "...");
        Network large = Models.Bits(3, new ScoresLayer("scores", classes, Models.Ints(1, -1073741824, int.MaxValue), 715827882));
        Network one = Models.Bits(1, new ScoresLayer("scores", Models.Rows("+", "-", "."), Models.Ints(0, 0, -int.MaxValue), int.MaxValue));
        AssertAgree([large, one], isChecked: true);
    }

    [Fact]
    public void Values_that_nobody_reads_change_nothing()
    {
        var random = new Random(5);
        var networks = new List<Network>();
        foreach (string encoding in RandomNetworks.Encodings)
        {
            foreach (int channels in new[] { 3, 80 })
            {
                // Rows and columns of the border are masked, and some pixels inside; then whole planes.
                var input = new Shape(2, 12, 11);
                InputEncoding encoded = RandomNetworks.Encoding(encoding, 2, random);
                int columns = encoded.Encoded(input).Count;
                bool[] isRead = Enumerable.Range(0, columns).Select(i => i % 11 is > 1 and < 8 && i % 132 / 11 > 2 && i != 60 && i / 132 != 1).ToArray();
                WeightMatrix hidden = WeightMatrix.Create(channels, columns, (_, column) => isRead[column] ? (random.Next(2) * 2) - 1 : 0);
                EquatableArray<int> limits = Enumerable.Range(0, channels)
                    .Select(c => hidden.LiveCount(c) * (encoded.IsEightBit ? 255 : 1) / 2).ToEquatableArray();
                networks.Add(Models.Net(input, encoded, new DenseLayer("hidden", hidden, limits),
                    new ScoresLayer("scores", Models.Weights(4, channels, random), Models.Ints(0, 1, 2, 3), 1)));
            }
        }
        AssertAgree(networks);
    }

    [Fact]
    public void Networks_of_constants_keep_their_scores() => AssertAgree(
    [
        Models.Bits(5, new ScoresLayer("scores", Models.Rows(".....", "....."), Models.Ints(3, 3), 1)),
        Models.Bits(5, new DenseLayer("a", Models.Rows("+-+-+", "++...", "....."), Models.Ints(5, -1, 0)),
            new ScoresLayer("scores", Models.Rows("+-+", "..-"), Models.Ints(0, 1), 2)),
        Models.Net(new(1, 1, 5), new EightBitEncoding(), new DenseLayer("a", Models.Rows("+-+-+", "++..."), Models.Ints(5 * 255, -1)),
            new DenseLayer("b", Models.Rows("+-", "--", ".."), Models.Ints(0, 0, -1)), new ScoresLayer("scores", Models.Rows("+-+"), Models.Ints(7), 1)),
    ]);

    [Fact]
    public void Wide_layers_take_their_words_in_steps()
    {
        var random = new Random(6);
        WeightMatrix Wide(int rows, int columns, double live) => Models.Weights(rows, columns, random, live);
        Network[] networks =
        [
            .. new[] { 1.0, 0.6 }.Select(live => Models.Net(new(1, 40, 41), new ThresholdEncoding(new([100])),
                new DenseLayer("wide", Wide(67, 1640, live), Enumerable.Repeat((int)(1640 * live / 2), 67).ToEquatableArray()),
                new ScoresLayer("scores", Wide(3, 67, 1), Models.Ints(0, 0, 0), 1))),
            Models.Net(new(1, 40, 41), new EightBitEncoding(), new ScoresLayer("scores", Wide(3, 1640, 1), Models.Ints(0, 0, 0), 1)),
        ];
        AssertAgree(networks, samples: 3);
    }

    [Fact]
    public void Circuits_are_exact_with_lanes_of_every_width()
    {
        // 300 samples: a register of 256 through the circuit, and a rest through the table.
        var random = new Random(3);
        WeightMatrix first = Models.Weights(40, 70, random), second = Models.Weights(20, 40, random, live: 0.5);
        Network network = Models.Bits(70, new DenseLayer("a", first, Enumerable.Range(0, 40).Select(i => 25 + (i % 20)).ToEquatableArray()),
            new DenseLayer("b", second, Enumerable.Range(0, 20).Select(i => i % 14).ToEquatableArray()),
            new ScoresLayer("scores", Models.Weights(5, 20, random), Models.Ints(0, 1, 2, 3, 4), 1));
        string source = Models.Source(network, new() { Lowering = "BitCircuit" });
        Assert.Contains("class Circuit0 : ", source, StringComparison.Ordinal);
        Assert.Contains("class Circuit1 : ", source, StringComparison.Ordinal);
        AssertAgree([network], isChecked: true, samples: 300, waysOf: _ => [s_all[10]]);
    }

    [Fact]
    public void Many_classes_keep_their_scores_off_the_stack()
    {
        Network network = Models.Bits(7, new ScoresLayer("scores", Models.Weights(9000, 7, new(7)), Enumerable.Repeat(0, 9000).ToEquatableArray(), 1));
        Assert.DoesNotContain("stackalloc int", Models.Source(network), StringComparison.Ordinal);
        AssertAgree([network], samples: 2, waysOf: _ => [s_all[0], s_all[3]]);
    }
}
