using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Bnn.Model;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Bnn.Generator.Tests;

/// <summary>Beyond 1,024 locals or 60,000 bytes of code the JIT gives up optimising without a word; generated methods stay far below.</summary>
public class JitLimitsTests
{
    private static readonly string[] s_lowerings = ["", "Unrolled", "PopCountTable"];

    private static void AssertWithin(IReadOnlyList<Network> networks, int leastMethods, params string[] lowerings)
    {
        var files = networks.SelectMany((network, i) => lowerings.Select(lowering =>
            new InMemoryFile($"n{i}{lowering}.bnn", BnnWriter.Write(network), ("BnnLowering", lowering)))).ToArray();
        CompiledProject project = Drivers.Compile(Drivers.Project(), new(("RootNamespace", "Models"), ("BnnUnrolledBudget", "4000")), files);

        using var portable = new PEReader(new MemoryStream(project.Image));
        MetadataReader metadata = portable.GetMetadataReader();
        int methods = 0;
        foreach (MethodDefinition method in metadata.MethodDefinitions.Select(metadata.GetMethodDefinition).Where(method => method.RelativeVirtualAddress != 0))
        {
            MethodBodyBlock body = portable.GetMethodBody(method.RelativeVirtualAddress);
            Assert.InRange(body.GetILBytes()!.Length, 0, 20 << 10);
            Assert.InRange(Locals(metadata, body), 0, 800);
            methods++;
        }
        Assert.True(methods > leastMethods, $"{methods}");
        Assert.All(project.Compilation.SyntaxTrees.SelectMany(tree => tree.GetRoot().DescendantNodes()).OfType<MethodDeclarationSyntax>(),
            method => Assert.InRange(method.DescendantNodes().OfType<StatementSyntax>().Count(), 0, 400));
    }

    [Fact]
    public void Methods_of_dense_layers_stay_within_the_limits()
    {
        var random = new Random(2);
        Network Wide(Shape input, InputEncoding encoding, int channels, double live) => Models.Net(input, encoding,
            new DenseLayer("wide", Models.Weights(channels, encoding.Encoded(input).Count, random, live), Enumerable.Repeat(0, channels).ToEquatableArray()),
            new DenseLayer("next", Models.Weights(70, channels, random, live), Enumerable.Repeat(0, 70).ToEquatableArray()),
            new ScoresLayer("scores", Models.Weights(500, 70, random), new(new int[500]), 1));
        AssertWithin(
        [
            Wide(new(1, 28, 28), new ThresholdEncoding(new([100])), 150, 1),
            Wide(new(1, 80, 50), new ThresholdEncoding(new([100])), 100, 0.01),
            Wide(new(600, 1, 1), new ThresholdEncoding(Enumerable.Range(0, 600).Select(i => 1 + (i % 7)).ToEquatableArray()), 50, 0.5),
            Wide(new(1, 28, 28), new EightBitEncoding(), 16, 0.9),
            Wide(new(1, 28, 28), new EightBitEncoding(), 16, 1),
        ], leastMethods: 60, "Unrolled", "PopCountTable");
    }

    [Fact]
    public void Methods_of_a_circuit_at_the_budget_stay_within_the_limits()
    {
        var random = new Random(2);
        Network network = Models.Bits(64,
            new DenseLayer("dense", Models.Weights(33, 64, random), Enumerable.Repeat(32, 33).ToEquatableArray()),
            // Channels of one input each: outputs without an operation.
            new DenseLayer("copies", WeightMatrix.Create(250, 33, (row, column) => row % 33 == column || row * 7 % 31 == column ? 1 : 0),
                Enumerable.Range(0, 250).Select(row => row % 2).ToEquatableArray()),
            new ScoresLayer("scores", Models.Weights(3, 250, random), Models.Ints(0, 0, 0), 1));
        Assert.Contains("class Circuit0 : ", Models.Source(network, new() { Lowering = "BitCircuit", UnrolledBudget = "4000" }), StringComparison.Ordinal);
        AssertWithin([network], leastMethods: 15, "BitCircuit");
    }

    [Fact]
    public void Methods_of_convolutional_networks_stay_within_the_limits() => AssertWithin(
    [
        Models.Fashion(),
        Models.Image(new(200, 6, 6), new RawBitsEncoding(), Models.Convolution(1, 200, 16, 5, padding: 2, bit: true),
            new MaxPoolLayer("pool", new(4, 4), new(1, 1), default, new(new bool[16]))),
        Models.Image(new(24, 9, 9), new RawBitsEncoding(), Models.Convolution(1, 24, 48, 7, padding: 3, groups: 8),
            Models.Convolution(2, 48, 96, 3, padding: 1, groups: 48)),
        Models.Image(new(3, 12, 12), new EightBitEncoding(), Models.Convolution(1, 3, 256, 6, padding: 2, isEightBit: true)),
        Models.Image(new(1024, 2, 2), new RawBitsEncoding(), new MaxPoolLayer("pool", new(2, 2), new(1, 1), default, new(new bool[1024]))),
    ], leastMethods: 90, s_lowerings);

    [Fact]
    public void A_network_in_network_stays_within_the_limits_and_its_source_below_a_megabyte()
    {
        Network network = Models.Nin();
        Assert.InRange(Models.Source(network).Length, 100_000, 1_000_000);
        AssertWithin([network], leastMethods: 20, "");
    }

    [Fact]
    public void Kernels_stay_within_the_limits()
    {
        const BindingFlags all = BindingFlags.Public | BindingFlags.NonPublic
            | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        MethodBody[] kernels = [.. typeof(Network).Assembly.GetTypes()
            .Where(type => type.Namespace == "Bnn.Kernels")
            .SelectMany(type => type.GetMethods(all).Concat<MethodBase>(type.GetConstructors(all)))
            .Select(method => method.GetMethodBody()).OfType<MethodBody>()];
        Assert.True(kernels.Length > 200, $"{kernels.Length}");
        // What is inlined brings its own locals along: a method leaves room for that.
        Assert.All(kernels, body => Assert.InRange(body.LocalVariables.Count, 0, 64));
        Assert.All(kernels, body => Assert.InRange(body.GetILAsByteArray()!.Length, 0, 2 << 10));
    }

    private static int Locals(MetadataReader metadata, MethodBodyBlock body)
    {
        if (body.LocalSignature.IsNil)
            return 0;
        BlobReader signature = metadata.GetBlobReader(metadata.GetStandaloneSignature(body.LocalSignature).Signature);
        signature.ReadSignatureHeader();
        return signature.ReadCompressedInteger();
    }
}
