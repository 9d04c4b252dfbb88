using Bnn.Training;

namespace Bnn.Runtime.Tests.Training;

public sealed class ArchitectureTests
{
    [Theory]
    [InlineData("dense-256 dense-128 scores", null)]
    [InlineData("scores", null)]
    [InlineData("  conv3x3-32   pool  sum-scores ", "conv3x3-32 pool sum-scores")]
    [InlineData("conv3-8 pool2x2 pool2x2-s2 scores", "conv3x3-8 pool pool scores")]
    [InlineData("conv5x3-12-s2-p1x0-b1-g4 pool3x3-s2-p1 flatten dense-7 scores", null)]
    [InlineData("conv5x5-12-g4-b1-p2-s2x1 pool3x2-s3x2 scores", "conv5x5-12-s2x1-p2-b1-g4 pool3x2 scores")]
    [InlineData("conv3x3-8-b0-g1-s1 scores", "conv3x3-8 scores")]
    [InlineData("mlp-s", "dense-256 dense-128 scores")]
    [InlineData("nin@0.25", "conv5x5-48 conv1x1-40 conv1x1-24 pool conv5x5-48 conv1x1-48 conv1x1-48 pool conv3x3-48 conv1x1-48 sum-scores")]
    [InlineData("mlp-s@0.001", "dense-1 dense-1 scores")]
    public void What_is_read_is_written_in_one_spelling(string text, string? written)
    {
        Architecture read = Architecture.Parse(text);
        Assert.Equal(written ?? text, read.ToString());
        Assert.Equal(read, Architecture.Parse(read.ToString()));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("dense-0 scores", "'dense-0': channels must be a number from 1 to 65536, but '0' stands there")]
    [InlineData("dense-x scores", "'dense-x'")]
    [InlineData("dense-8", "'dense-8' cannot be the last word")]
    [InlineData("scores dense-8 scores", "'scores' must be the last word, but 'dense-8' follows")]
    [InlineData("pool scores", "'pool' must stand behind a convolution")]
    [InlineData("dense-8 pool scores", "'pool' needs an image, but after 'dense-8' there is none")]
    [InlineData("conv3x3-8 flatten conv3x3-8 scores", "'conv3x3-8' needs an image, but after 'flatten' there is none")]
    [InlineData("dense-8 sum-scores", "'sum-scores' needs an image")]
    [InlineData("conv3x3 scores", "'conv3x3' is no layer; there are convHxW-N")]
    [InlineData("conv3x3-8-q2 scores", "'-q2' is no option; there are -sN, -pN, -bN, -gN")]
    [InlineData("conv3x3-8-s2-s2 scores", "-s stands twice")]
    [InlineData("conv3x3-8-g3 scores", "3 groups do not divide 8 channels")]
    [InlineData("conv3x3-8-p3 scores", "padding 3x3 must be less than the kernel 3x3")]
    [InlineData("conv3x3-8 pool-p2 scores", "padding 2x2 must be less than the window 2x2")]
    [InlineData("conv3x3-8-b2 scores", "the padding bit must be a number from 0 to 1")]
    [InlineData("linear-8 scores", "'linear-8' is no layer")]
    [InlineData("resnet", "Presets stand alone: mlp-s")]
    [InlineData("nin@0", "'nin@0': the width factor must be a number above 0")]
    [InlineData("nin@wide", "'nin@wide'")]
    public void What_makes_no_sense_is_refused_by_word(string text, string message) =>
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => Architecture.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Too_many_layers_are_refused() =>
        Assert.Throws<ArgumentException>(() => Architecture.Parse(string.Join(' ', Enumerable.Repeat("dense-1", 300)) + " scores"));

    [Theory]
    [InlineData("conv5x5-8-p0 scores", "'conv5x5-8-p0' does not fit here: a 5x5 window does not fit into an image of 4x4")]
    [InlineData("conv3x3-8 pool pool pool scores", "'pool' does not fit here")]
    [InlineData("conv3x3-8-g2 scores", "2 groups do not divide the 3 channels before it")]
    [InlineData("conv1x1-65536 conv1x1-65536 scores", "weights; at most 65536 and 67108864 are allowed")]
    public void What_does_not_fit_the_input_is_refused_by_word(string text, string message)
    {
        var error = Assert.Throws<ArgumentException>(() => NetworkGeometry.Of(Architecture.Parse(text), new(3, 4, 4), isEightBit: true, classes: 10));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sums_of_scores_stay_exact()
    {
        Architecture architecture = Architecture.Parse("sum-scores");
        Assert.Equal(3, NetworkGeometry.Of(architecture, new(3, 64, 64), isEightBit: true, classes: 2).Layers[0].Inputs);
        var error = Assert.Throws<ArgumentException>(() => NetworkGeometry.Of(architecture, new(3, 512, 512), isEightBit: true, classes: 2));
        Assert.Contains("exact up to 16777216", error.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Presets))]
    public void Presets_fit_the_pictures_they_are_for(string name, int channels, int side)
    {
        ArchitecturePreset preset = ArchitecturePreset.Named(name)!;
        InputEncodings.Parse(preset.Encoding ?? "eight-bit");
        NetworkGeometry geometry = NetworkGeometry.Of(Architecture.Parse(name), new(channels, side, side), isEightBit: true, classes: 10);
        Assert.Equal(10, geometry.Layers[geometry.Layers.Length - 1].Channels);
    }

    /// <summary>The count that papers on network in network state for its second kernel of 5x5: 117.96 million.</summary>
    [Fact]
    public void Network_in_network_has_the_operations_of_the_papers()
    {
        LayerGeometry layer = NetworkGeometry.Of(Architecture.Parse("nin"), new(3, 32, 32), isEightBit: true, classes: 10).Layers[3];
        Assert.Equal(117_964_800, (long)layer.Inputs * layer.Channels * layer.Output.Height * layer.Output.Width);
    }

    public static TheoryData<string, int, int> Presets()
    {
        var data = new TheoryData<string, int, int>();
        foreach (ArchitecturePreset preset in ArchitecturePreset.All)
        {
            bool isColour = preset.Name is "vgg-small" or "nin" or "cbnn" or "alexnet-32";
            data.Add(preset.Name, isColour ? 3 : 1, isColour ? 32 : 28);
        }
        return data;
    }
}
