using System.Text.Json;
using Bnn.Model;
using Bnn.Storage;

namespace Bnn.Trainer.Tests;

public sealed class InspectCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string Model => _folder.At("digits.bnn");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Text_shows_layers_operations_and_plan()
    {
        BnnFile.Save(Model, Models.Digits());
        Cli inspect = Cli.Run("inspect", Model);
        Assert.Equal((0, ""), (inspect.Exit, inspect.Error));
        foreach (string part in new[] { "digits", "1x8x8", "v >= 8", "180 live of 740", "lines", "scores", "Unrolled" })
            Assert.Contains(part, inspect.Out, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', inspect.Out);
        Assert.DoesNotContain('\u202E', inspect.Out);
    }

    [Fact]
    public void Json_tells_the_same_in_numbers()
    {
        Network network = Models.Digits();
        BnnFile.Save(Model, network);
        JsonElement json = Cli.Run("inspect", Model, "--json").Json();
        Assert.Equal(1, json.GetProperty("schemaVersion").GetInt32());
        Assert.Equal(180, json.GetProperty("operationsPerSample").GetInt64());
        Assert.Equal(new FileInfo(Model).Length, json.GetProperty("fileBytes").GetInt64());
        JsonElement lines = json.GetProperty("layers")[0];
        Assert.Equal("dense", lines.GetProperty("kind").GetString());
        Assert.Equal(8, lines.GetProperty("mostLiveWeightsOfAChannel").GetInt32());
        Assert.Equal(80, lines.GetProperty("liveWeights").GetInt64());
        Assert.Equal("Unrolled", json.GetProperty("plan").GetProperty("layers")[0].GetProperty("lowering").GetString());
        Assert.Equal("synthetic \u202E digits", json.GetProperty("metadata").GetProperty("data").GetString());
    }

    [Fact]
    public void Saturated_channels_are_counted()
    {
        Network network = Models.Digits();
        var lines = (DenseLayer)network.Layers[0];
        BnnFile.Save(Model, network with { Layers = new([lines with { Limits = new([-1, 8, 0, 0, 0, 0, 0, 0, 0, 7]) }, network.Layers[1]]) });
        Assert.Equal(2, Cli.Run("inspect", Model, "--json").Json().GetProperty("layers")[0].GetProperty("saturatedChannels").GetInt32());
    }

    [Fact]
    public void Windows_strides_padding_and_groups_are_shown()
    {
        BnnFile.Save(Model, Images());
        string[] lines = Cli.Run("inspect", Model).Out.Split('\n');
        Assert.Matches("^  c +convolution +3x3 stride 2x1 padding 1,0,1,2 with 1 groups 2 +2x8x8 +4x4x8 +9 +36 +1,152 +0$", Line("c"));
        Assert.Matches("^  p +max-pool +2x2 padding 1 and 1 +4x4x8 +4x3x5 +- +0 +0 +0$", Line("p"));
        Assert.Matches("^  q +max-pool +2x3 stride 1x1 +4x3x5 +4x2x3 +- +0 +0 +0$", Line("q"));
        Assert.Matches("^  s +sum-scores +scale 3 +4x2x3 +2x1x1 +4 +8 +48 +0$", Line("s"));

        string Line(string name) => Assert.Single(lines, line => line.StartsWith($"  {name} ", StringComparison.Ordinal));
    }

    [Fact]
    public void Windows_strides_padding_and_groups_are_in_the_json()
    {
        BnnFile.Save(Model, Images());
        JsonElement layers = Cli.Run("inspect", Model, "--json").Json().GetProperty("layers");
        AssertMembers(layers[0], ("kernel", "3x3"), ("stride", "2x1"), ("padding", "1,0,1,2"), ("paddingBit", "1"), ("groups", "2"));
        AssertMembers(layers[1], ("window", "2x2"), ("stride", "2x2"), ("padding", "1,1,1,1"), ("andChannels", "1"));
        AssertMembers(layers[3], ("scale", "3"));

        static void AssertMembers(JsonElement layer, params (string Name, string Value)[] members) =>
            Assert.All(members, member => Assert.Equal(member.Value, layer.GetProperty(member.Name).ToString()));
    }

    private static Network Images() => new(
        "images", new Shape(2, 8, 8), new RawBitsEncoding(),
        new(
        [
            new ConvolutionLayer(
                "c", WeightMatrix.Create(4, 9, (_, _) => 1), new([4, 4, 4, 4]), new Extent(3, 3), new Extent(2, 1), new Padding(1, 0, 1, 2), true, 2),
            new MaxPoolLayer("p", new Extent(2, 2), new Extent(2, 2), new Padding(1, 1, 1, 1), new([false, true, false, false])),
            new MaxPoolLayer("q", new Extent(2, 3), new Extent(1, 1), default, default),
            new SumScoresLayer("s", WeightMatrix.Create(2, 4, (_, _) => 1), new([0, 0]), 3),
        ]),
        default, default);
}
