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
    public void A_convolution_is_shown_though_it_is_not_compiled_yet()
    {
        BnnFile.Save(Model, new Network(
            "conv", new Shape(1, 4, 4), new RawBitsEncoding(),
            new(
            [
                new ConvolutionLayer("c", WeightMatrix.Create(2, 9, (_, _) => 1), new([4, 4]), new Extent(3, 3), new Extent(1, 1), default, false, 1),
                new FlattenLayer("f"),
                new ScoresLayer("s", WeightMatrix.Create(2, 8, (_, _) => 1), new([0, 0]), 1),
            ]),
            default, default));
        Assert.Contains("convolution", Cli.Run("inspect", Model).Out, StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, Cli.Run("inspect", Model, "--json").Json().GetProperty("plan").ValueKind);
    }
}
