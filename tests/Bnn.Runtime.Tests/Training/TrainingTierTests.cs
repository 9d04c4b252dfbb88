using System.Diagnostics;
using Bnn.Model;
using Bnn.Training;

namespace Bnn.Runtime.Tests.Training;

/// <summary>Trains in processes that lack some of the processor's features, and compares every bit of what is trained.</summary>
public sealed class TrainingTierTests
{
    /// <summary>Told to the entry point of the child process.</summary>
    public const string Word = "train";

    private static readonly Lazy<string> s_hashes = new(Hashes);

    [Theory, InlineData("DOTNET_EnableAVX512"), InlineData("DOTNET_EnableAVX2"), InlineData("DOTNET_EnableHWIntrinsic")]
    public async Task Training_gives_the_same_bits_on_every_tier(string switchedOff)
    {
        string assembly = typeof(TrainingTierTests).Assembly.Location;
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", ["exec", assembly, Word])
        {
            RedirectStandardOutput = true,
        };
        start.Environment[switchedOff] = "0";
        using var process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(s_hashes.Value, output.Trim());
    }

    /// <summary>Hashes of a few networks after some steps: wider than a panel, with odd sizes, strides, groups and pools.</summary>
    public static string Hashes() => string.Join(' ',
        Hash("dense-70 dense-33 scores", "eight-bit"),
        Hash("conv3x3-80 conv1x1-40 pool conv3x3-35-s2 scores", "eight-bit"),
        Hash("conv3x3-34 pool conv5x5-68-b1 conv3x3-66-g2 sum-scores", "thermometer-3"),
        Hash("conv3x3-70 pool3x3-s2 conv1x1-18 pool dense-9 scores", "bit-planes-2"));

    private static string Hash(string architecture, string encoding)
    {
        var options = new TrainingOptions { Architecture = architecture, Encoding = encoding, BatchSize = 20, BatchNormScale = true };
        using var trial = new TrainingTrial(options, new Shape(2, 13, 11), classes: 5, threads: 1);
        trial.Run(steps: 4, threads: 1);
        return trial.Network.Hash();
    }
}
