using System.Globalization;
using Bnn.Model;
using Bnn.Runtime.Tests;
using Microsoft.CodeAnalysis;

namespace Bnn.Generator.Tests;

public class GeneratedTextTests
{
    [Fact]
    public void Unrolled_channel_is_one_line_with_its_weights_as_a_literal()
    {
        Network network = Models.Digits();
        string source = Models.Source(network);
        var hidden = (DenseLayer)network.Layers[0];
        for (int c = 0; c < 24; c++)
        {
            string shift = c.ToString(CultureInfo.InvariantCulture);
            string weights = hidden.Weights.Signs(c)[0].ToString("X16", CultureInfo.InvariantCulture);
            Assert.Contains($"            y |= BnnBits.PopCount(x0 ^ 0x{weights}UL) <= 31 ? 1UL << {shift} : 0UL;\n", source, StringComparison.Ordinal);
        }
        Assert.Contains("bits1[0] = Layer0(bits0[0]);\n", source, StringComparison.Ordinal);
        Assert.Contains("Layer1(bits1[0], scores);\n", source, StringComparison.Ordinal);
        Assert.DoesNotContain("for (nint", source, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe ", source, StringComparison.Ordinal);
    }

    [Fact]
    public void Pruned_words_are_absent_and_pruned_bits_masked()
    {
        var rows = WeightMatrix.Create(2, 192, (row, column) => row == 0 ? (column / 64 == 1 ? 0 : 1) : column is > 63 and < 68 ? -1 : column > 127 ? 1 : 0);
        string source = Models.Source(Models.Bits(192, new ScoresLayer("scores", rows, Models.Ints(0, 0), 1)));
        Assert.Contains("scores[0] = 128 - 2 * (BnnBits.PopCount(x0 ^ 0xFFFFFFFFFFFFFFFFUL) + BnnBits.PopCount(x2 ^ 0xFFFFFFFFFFFFFFFFUL));", source,
            StringComparison.Ordinal);
        Assert.Contains("scores[1] = 68 - 2 * (BnnBits.PopCount(x1) + BnnBits.PopCount(x2 ^ 0xFFFFFFFFFFFFFFFFUL));", source, StringComparison.Ordinal);
    }

    [Fact]
    public void Inputs_that_nobody_reads_are_not_loaded()
    {
        var rows = WeightMatrix.Create(2, 200, (_, column) => column is 70 or 71 ? 1 : 0);
        string source = Models.Source(Models.Bits(200, new ScoresLayer("scores", rows, Models.Ints(0, 0), 1)));
        Assert.Contains("bits0[0] |= (ulong)((uint)(0 - input[70]) >> 31) << 0;", source, StringComparison.Ordinal);
        Assert.Contains("bits0[0] |= (ulong)((uint)(0 - input[71]) >> 31) << 1;", source, StringComparison.Ordinal);
        Assert.DoesNotContain("InputPacking", source, StringComparison.Ordinal);
        Assert.Equal(2, source.Split("input[").Length - 1);
    }

    [Fact]
    public void A_layer_with_several_ways_asks_the_processor_and_has_its_weights_once()
    {
        var random = new Random(1);
        WeightMatrix second = Models.Weights(50, 137, random);
        Network network = Models.Bits(784, new DenseLayer("a", Models.Weights(137, 784, random), Enumerable.Repeat(392, 137).ToEquatableArray()),
            new DenseLayer("b", second, Enumerable.Repeat(68, 50).ToEquatableArray()),
            new ScoresLayer("scores", Models.Weights(2, 50, random), Models.Ints(0, 0), 1));
        string source = Models.Source(network, new() { Goal = "Latency" });
        Assert.Contains("""
                        if (global::Bnn.Kernels.ProcessorTier.Has512)
                        {
                            Lanes0Permute.Layer.Run(bits0, bits1);
                        }
                        else if (global::Bnn.Kernels.ProcessorTier.Has256)
                        {
                            Lanes0ActiveColumns.Layer.Run(bits0, bits1);
                        }
                        else
                        {
                            Lanes0Permute.Layer.Run(bits0, bits1);
                        }
            """.ReplaceLineEndings("\n"), source, StringComparison.Ordinal);
        Assert.Contains("""
                        else
                        {
                            Layer1(bits1, bits2);
                        }
            """.ReplaceLineEndings("\n"), source, StringComparison.Ordinal);
        Assert.Contains("// layer 1     137 -> 50 channels, 150 word operations, 6850 live weights, Permute with 512 bits, else PopCountTable: ",
            source, StringComparison.Ordinal);
        for (int c = 0; c < 50; c++)
            Assert.Equal(2, source.Split("0x" + second.Signs(c)[0].ToString("X16", CultureInfo.InvariantCulture)).Length);
    }

    [Fact]
    public void Tables_hold_every_weight_once()
    {
        Network network = Models.Digits();
        string source = Models.Source(network, new() { Lowering = "PopCountTable" });
        Assert.Contains("private static global::System.ReadOnlySpan<ulong> Layer0Weights => new ulong[]", source, StringComparison.Ordinal);
        var hidden = (DenseLayer)network.Layers[0];
        for (int c = 0; c < 24; c++)
            Assert.Equal(2, source.Split("0x" + hidden.Weights.Signs(c)[0].ToString("X16", CultureInfo.InvariantCulture)).Length);
        Assert.DoesNotContain("Masks", source, StringComparison.Ordinal);
    }

    [Fact]
    public void Header_tells_file_hash_passes_and_plan()
    {
        string text = BnnWriter.Write(Models.Digits());
        string[] lines = Models.Source(Models.Digits()).Split('\n');
        Assert.Equal("// <auto-generated/>", lines[0]);
        Assert.Equal("// test, compiled from test.bnn by BnnGen.", lines[1]);
        Assert.Equal("// SHA-256 " + BnnReader.Read(text).Hash, lines[2]);
        Assert.Contains("#nullable enable", lines);
        Assert.Contains(lines, line => line.StartsWith("// layer 0     64 -> 24 channels, 24 word operations", StringComparison.Ordinal));
    }

    [Fact]
    public void Text_is_the_same_under_a_culture_with_another_minus_sign()
    {
        Network[] networks = [.. Enumerable.Range(0, 10).Select(RandomNetworks.Dense), .. Enumerable.Range(0, 20).Select(RandomNetworks.Any)];
        string[] invariant = networks.Select(network => Models.Source(network)).ToArray();
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            culture.NumberFormat.NegativeSign = "\u2212";
            culture.NumberFormat.NumberGroupSeparator = ".";
            CultureInfo.CurrentCulture = culture;
            Assert.Equal(invariant, networks.Select(network => Models.Source(network)));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Strings_of_a_model_cannot_leave_their_place()
    {
        const string hostile = "\"; } // */ --> </summary> \u2028 \n #error \u202E {0}";
        Network network = Models.Digits();
        network = network with
        {
            Name = hostile,
            Labels = Enumerable.Repeat(hostile, 10).ToEquatableArray(),
            Layers = new([((DenseLayer)network.Layers[0]) with { Name = hostile }, network.Layers[1]]),
        };
        CompiledProject project = Drivers.Compile(Drivers.Project(), new(("RootNamespace", "Models")),
            new InMemoryFile("/project/\u202Ehostile\n.bnn", BnnWriter.Write(network), ("BnnClass", "Hostile")));
        Type type = project.Load().GetType("Models.Hostile", throwOnError: true)!;
        var info = (Bnn.Inference.ModelInfo)type.GetProperty("Info")!.GetValue(null)!;
        Assert.Equal(hostile, info.Name);
    }

    [Fact]
    public void Types_of_the_user_do_not_get_in_the_way()
    {
        const string user = """
            namespace Models
            {
                class System { }
                class Bnn { }
                class BitOperations { }
                class Span { }
                class PopCount { }
                class Unsafe { }
                class Vector256 { }
                class Kernels { }
                namespace Bnn2 { class Inference { } }
            }
            """;
        CompiledProject project = Drivers.Compile(Drivers.Project(sources: user), new(("RootNamespace", "Models")),
            new InMemoryFile("a.bnn", BnnWriter.Write(Models.Digits())), new InMemoryFile("c.bnn", BnnWriter.Write(Models.Fashion())),
            new InMemoryFile("b.bnn", BnnWriter.Write(Models.Digits()), ("BnnLowering", "PopCountTable")));
        Assert.NotNull(project.Load().GetType("Models.A"));
    }

    [Fact]
    public void A_project_without_nullable_sees_no_warning_and_a_partial_class_can_be_extended()
    {
        const string user = "namespace Models { partial class A { internal static int Twice(System.ReadOnlySpan<byte> input) => 2 * Predict(input); } }";
        CompiledProject project = Drivers.Compile(Drivers.Project(nullable: NullableContextOptions.Disable, sources: user), new(("RootNamespace", "Models")),
            new InMemoryFile("a.bnn", BnnWriter.Write(Models.Digits())),
            new InMemoryFile("c.bnn", BnnWriter.Write(Models.Digits()), ("BnnClass", "lower"), ("BnnVisibility", "internal")));
        Assert.True(project.Load().GetType("Models.lower")!.IsNotPublic);
    }
}
