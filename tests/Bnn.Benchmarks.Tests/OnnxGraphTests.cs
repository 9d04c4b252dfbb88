using Bnn.Benchmarks.Networks;
using Bnn.Benchmarks.Onnx;
using Bnn.Model;

namespace Bnn.Benchmarks.Tests;

/// <summary>ONNX Runtime must really run what makes it a strong rival: integer kernels without conversions between them.</summary>
public class OnnxGraphTests
{
    [Fact]
    public void Dense_layers_in_integers_are_one_node_each()
    {
        Network network = new NetworkBuilder("dense", new(1, 28, 28), new ThresholdEncoding(new([100])), seed: 1).Dense(64).Dense(32).Scores(10);
        Assert.Equal(["Clip", "QGemm", "QGemm", "QGemm", "ArgMax"], OnnxModel.Optimized(new IntegerExport(network, 1, IntegerForm.Fused).Run()));
    }

    [Fact]
    public void Convolutions_in_integers_are_one_node_each_and_keep_one_layout()
    {
        IReadOnlyList<string> nodes = OnnxModel.Optimized(new IntegerExport(Convolutional(), 1, IntegerForm.Fused).Run());
        Assert.Equal(3, nodes.Count(node => node == "QLinearConv"));
        Assert.DoesNotContain(nodes, node => node is "Conv" or "QuantizeLinear" or "DequantizeLinear" or "ConvInteger");
        Assert.True(nodes.Count(node => node == "Transpose") <= 2, string.Join(' ', nodes));
    }

    [Fact]
    public void Convolutions_in_floats_are_fused_with_their_limits()
    {
        IReadOnlyList<string> nodes = OnnxModel.Optimized(new FloatExport(Convolutional(), 1).Run());
        Assert.Equal(3, nodes.Count(node => node is "Conv" or "FusedConv"));
        Assert.DoesNotContain("Clip", nodes);
    }

    private static Network Convolutional() => new NetworkBuilder("convolutional", new(3, 32, 32), new EightBitEncoding(), seed: 1)
        .Convolution(5, 32).Convolution(1, 32).Pool().Convolution(3, 32).Scores(10, isSum: true);
}
