using System.Text.Json;

namespace Bnn.Trainer.Tests;

public sealed class BenchTrainCommandTests
{
    private static readonly string[] s_small = ["conv3x3-4 pool dense-8 scores", "--input", "2x8x8", "--batch", "12", "--seconds", "0", "--threads", "2"];

    [Fact]
    public void Json_gives_speeds_operations_and_phases_that_fit_together()
    {
        Cli bench = Cli.Run(["bench-train", .. s_small, "--json"]);
        Assert.Equal(0, bench.Exit);
        JsonElement network = Assert.Single(bench.Json().GetProperty("networks").EnumerateArray());
        // 2·9 weights of 4 channels at 64 positions; 64 values times 8 channels; 8 times 10. Four operations each in the first layer, six in the others.
        Assert.Equal((4 * 18 * 4 * 64) + (6 * 64 * 8) + (6 * 8 * 10), network.GetProperty("operationsPerImage").GetInt64());
        Assert.Equal((12, 2), (network.GetProperty("batch").GetInt32(), network.GetProperty("threads").GetInt32()));
        Assert.InRange(network.GetProperty("rounds").GetInt32(), 3, 1000);
        foreach (string speed in new[] { "oneThread", "allThreads" })
        {
            JsonElement of = network.GetProperty(speed);
            Assert.InRange(of.GetProperty("imagesPerSecond").GetDouble(), 1, of.GetProperty("fastestImagesPerSecond").GetDouble());
            Assert.True(of.GetProperty("processorSecondsPerImage").GetDouble() > 0);
        }
        Assert.InRange(network.GetProperty("operationsPerSecond").GetDouble(), 1, network.GetProperty("limitPerSecond").GetDouble());
        Assert.Equal(3, network.GetProperty("layersOfNetwork").GetArrayLength());
        JsonElement convolution = network.GetProperty("layersOfNetwork")[0];
        Assert.Equal("2x8x8 conv3x3-4 4x8x8", convolution.GetProperty("layer").GetString());
        foreach (string phase in new[] { "encode", "forward", "pool", "normalize", "weightGradient", "optimizer" })
            Assert.True(convolution.GetProperty(phase + "Seconds").GetDouble() > 0, phase);
        Assert.True(network.GetProperty("layersOfNetwork")[1].GetProperty("inputGradientSeconds").GetDouble() > 0);
    }

    [Fact]
    public void Text_shows_the_network_and_its_layers()
    {
        Cli bench = Cli.Run(["bench-train", .. s_small, "--layers"]);
        Assert.Equal((0, "measuring conv3x3-4 pool dense-8 scores\n"), (bench.Exit, bench.Error));
        foreach (string text in new[] { "Training with 2 threads", "2x8x8 conv3x3-4 4x8x8", "4x4x4 Dense 8x1x1", "8x1x1 Scores 10x1x1", "weight gradient", "limit" })
            Assert.Contains(text, bench.Out, StringComparison.Ordinal);
    }
}
