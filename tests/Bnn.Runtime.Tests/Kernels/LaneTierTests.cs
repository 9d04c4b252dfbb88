using System.Diagnostics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Bnn.Kernels;

namespace Bnn.Runtime.Tests.Kernels;

/// <summary>Runs the kernels of all widths in processes that lack some of the processor's features.</summary>
public class LaneTierTests
{
    [Theory]
    [InlineData("", "as it is")]
    [InlineData("DOTNET_EnableAVX512", "without AVX-512")]
    [InlineData("DOTNET_EnableAVX2", "without AVX2")]
    [InlineData("DOTNET_EnableHWIntrinsic", "without vectors")]
    public async Task Kernels_give_the_same_bits_on_every_tier(string switchedOff, string tier)
    {
        string assembly = typeof(LaneTierTests).Assembly.Location;
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", ["exec", assembly, tier])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (switchedOff.Length > 0)
            start.Environment[switchedOff] = "0";
        using var process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, output + await errors);
        Assert.Equal($"Checked {tier}: 64, 128, 256, 512 lanes.\n", output.ReplaceLineEndings("\n"));
    }

    // The entry point of the child process; the test runner does not call it.
    internal static int Main(string[] args)
    {
        string tier = string.Concat(args);
        if (tier == Training.TrainingTierTests.Word)
        {
            Console.WriteLine(Training.TrainingTierTests.Hashes());
            return 0;
        }
        bool isTier = tier switch
        {
            "as it is" => true,
            "without AVX-512" => !Avx512F.IsSupported && !Lanes512.IsAccelerated && ByteSumLayer.Best == PermuteTier.Shuffle256,
            "without AVX2" => !Avx2.IsSupported && !Avx512F.IsSupported && !Lanes256.IsAccelerated && !Lanes512.IsAccelerated
                && ByteSumLayer.Best == PermuteTier.Shuffle128,
            "without vectors" => !Vector128.IsHardwareAccelerated && !Lanes128.IsAccelerated && !Lanes256.IsAccelerated && !Lanes512.IsAccelerated
                && ByteSumLayer.Best == PermuteTier.Portable,
            _ => false,
        };
        if (!isTier)
        {
            Console.Error.WriteLine($"This process does not run {tier}.");
            return 1;
        }
        int[] widths = [64, 128, 256, 512];
        foreach (int width in widths)
        {
            for (int seed = 0; seed < 15; seed++)
            {
                LaneWidths.Run(width, new LaneLayerTests.RandomLayer(seed));
                LaneWidths.Run(width, new LaneScoresTests.RandomScores(seed));
                LaneWidths.Run(width, new PixelLaneTests.RandomConvolution(seed));
                LaneWidths.Run(width, new SampleImageTests.RandomConvolution(seed));
                LaneWidths.Run(width, new SampleImageTests.RandomPool(seed));
            }
            foreach (OneSampleCase layer in OneSampleCases.Small(step: 19).Concat(OneSampleCases.Channels(step: 17)))
                LaneWidths.Run(width, new ColumnLayerTests.Firing(layer));
            LaneWidths.Run(width, new SamplePlanesTests.Transposing());
            LaneWidths.Run(width, new SamplePlanesTests.Packing(2));
        }
        ActiveInputsTests.Check();
        foreach (PermuteTier permute in Enum.GetValues<PermuteTier>())
        {
            foreach (OneSampleCase layer in OneSampleCases.Small(step: 37).Concat(OneSampleCases.Channels(step: 43)))
                PermuteLayerTests.Check(layer, permute);
            for (int seed = 0; permute >= ByteSumLayer.Best && seed < 12; seed++)
                ByteSumLayerTests.Check((97 * seed) + 1, (31 * seed) + 1, permute, seed);
        }
        Console.WriteLine($"Checked {tier}: {string.Join(", ", widths)} lanes.");
        return 0;
    }
}
