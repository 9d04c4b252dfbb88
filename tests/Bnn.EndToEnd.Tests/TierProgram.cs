using System.Diagnostics;
using System.Globalization;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using Bnn.Inference;
using Bnn.Model;
using Bnn.Runtime.Tests;
using Microsoft.CodeAnalysis;

namespace Bnn.EndToEnd.Tests;

/// <summary>A program of generated classes of all lowerings, compiled once; it says which tier it runs on and writes what the classes answer.</summary>
public sealed class TierProgram : IDisposable
{
    private const int Distinct = 4, Samples = 300;

    private const string Source = """
        using System;
        using System.IO;
        using System.Runtime.InteropServices;
        using System.Runtime.Intrinsics;
        using System.Runtime.Intrinsics.X86;

        internal static class Program
        {
            private static int Main(string[] arguments)
            {
                bool isTier = arguments[0] switch
                {
                    "as it is" => true,
                    "with vectors of 128 bits" => Vector128.IsHardwareAccelerated && !Vector256.IsHardwareAccelerated && Bnn.Kernels.PermuteLayer.Best >= Bnn.Kernels.PermuteTier.Shuffle128,
                    "without AVX-512" => !Avx512F.IsSupported && !Vector512.IsHardwareAccelerated,
                    "without AVX2" => !Avx2.IsSupported && !Avx512F.IsSupported && !Vector256.IsHardwareAccelerated && !Vector512.IsHardwareAccelerated,
                    "without vectors" => !Sse42.IsSupported && !Vector128.IsHardwareAccelerated && !Vector256.IsHardwareAccelerated,
                    _ => false,
                };
                if (!isTier)
                {
                    Console.Error.WriteLine($"This process does not run {arguments[0]}.");
                    return 1;
                }
                Directory.SetCurrentDirectory(arguments[1]);
                CALLS
                return 0;
            }

            private static void Run<TModel>(string name)
                where TModel : Bnn.Inference.IBinaryClassifier<TModel>
            {
                byte[] images = File.ReadAllBytes(name + ".images");
                int length = TModel.InputLength, classes = TModel.ClassCount, samples = images.Length / length;
                var answers = new int[2 * samples * (classes + 1)];
                Span<int> single = answers.AsSpan(0, answers.Length / 2), batch = answers.AsSpan(answers.Length / 2);
                for (int i = 0; i < samples; i++)
                {
                    TModel.Scores(images.AsSpan(i * length, length), single.Slice(i * classes, classes));
                    single[(samples * classes) + i] = TModel.Predict(images.AsSpan(i * length, length));
                }
                TModel.ScoresBatch(images, batch.Slice(0, samples * classes));
                TModel.PredictBatch(images, batch.Slice(samples * classes));
                File.WriteAllBytes(name + ".answers", MemoryMarshal.AsBytes(answers.AsSpan()).ToArray());
            }
        }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("bnn-tiers").FullName;
    private readonly string _program;
    private readonly (string Name, int[] Answers)[] _expected;

    public TierProgram()
    {
        (string Name, string Text, string? Lowering)[] models = [.. Models()];
        string runtime = typeof(Network).Assembly.Location;
        File.Copy(runtime, Path.Combine(_folder, Path.GetFileName(runtime)));
        _program = Path.Combine(_folder, "tiers.dll");
        File.Copy(Path.ChangeExtension(typeof(TierProgram).Assembly.Location, "runtimeconfig.json"), Path.ChangeExtension(_program, "runtimeconfig.json"));
        byte[] image = GeneratedModels.Emit(
            models, new(OutputKind.ConsoleApplication, optimizationLevel: OptimizationLevel.Release),
            Source.Replace("CALLS", string.Join(' ', models.Select(model => $"Run<Generated.{model.Name}>(\"{model.Name}\");")), StringComparison.Ordinal));
        File.WriteAllBytes(_program, image);
        Kernels = References(image);
        _expected = [.. models.Select(model => (model.Name, Expect(model.Name, BnnReader.Read(model.Text).Network!)))];
    }

    /// <summary>The kernels that the program calls.</summary>
    internal IReadOnlyCollection<string> Kernels { get; }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Runs the program and compares all answers with those of <see cref="Reference"/>.</summary>
    /// <param name="tier">The tier that the process must find itself on.</param>
    /// <param name="settings">Environment of the process.</param>
    internal void Check(string tier, params (string Name, string Value)[] settings)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", ["exec", _program, tier, _folder])
        {
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in settings)
            start.Environment[name] = value;
        // All code optimised from the start, as it is after a while.
        start.Environment["DOTNET_TieredCompilation"] = "0";
        using var process = Process.Start(start)!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors);
        foreach ((string name, int[] answers) in _expected)
        {
            string path = Path.Combine(_folder, name + ".answers");
            Assert.True(MemoryMarshal.Cast<byte, int>(File.ReadAllBytes(path)).SequenceEqual(answers), $"{name} {tier}");
            File.Delete(path);
        }
    }

    /// <summary>Bytes of code of each method of the generated classes and of the kernels that the JIT compiled, but for those that make tables.</summary>
    /// <param name="mostLocals">How many locals of a method the JIT optimises; 1,024 unless told.</param>
    internal Dictionary<string, string> CodeSizes(int mostLocals)
    {
        string list = Path.Combine(_folder, $"{mostLocals}.methods");
        Check("as it is", ("DOTNET_JitMaxLocalsToTrack", mostLocals.ToString("x", CultureInfo.InvariantCulture)), ("DOTNET_JitDisasmSummary", "1"), ("DOTNET_JitStdOutFile", list));
        // "  12: JIT compiled Generated.Net:Run(System.Span`1[ulong]) [FullOpts, IL size=345, code size=3588]"
        return File.ReadLines(list)
            .Select(line => line[(line.IndexOf("compiled ", StringComparison.Ordinal) + 9)..].Split(" [", 2))
            .Where(parts => (parts[0].StartsWith("Generated.", StringComparison.Ordinal) || parts[0].StartsWith("Bnn.Kernels.", StringComparison.Ordinal))
                && !parts[0].Contains(":.cctor", StringComparison.Ordinal))
            .ToDictionary(parts => parts[0], parts => parts[1]);
    }

    private static IEnumerable<(string Name, string Text, string? Lowering)> Models()
    {
        foreach ((string name, string file) in ((string, string)[])
            [("FashionMlp", "fashion-mlp"), ("FashionMlpPruned", "fashion-mlp-pruned"), ("FashionConv", "fashion-conv"), ("Optdigits", "optdigits")])
        {
            yield return (name, Repository.Read($"sample-app/models/{file}.bnn"), null);
        }
        foreach (string lowering in (string[])["ActiveColumns", "Permute", "PixelLanes", "ChannelLanes", "SampleLanes"])
        {
            foreach (int seed in (int[])[1, 4, 8, 15])
            {
                Network network = lowering is "ActiveColumns" or "Permute" ? RandomNetworks.Dense(seed) : RandomNetworks.Any(seed);
                yield return ($"{lowering}{seed}", BnnWriter.Write(network), lowering);
            }
        }
        foreach (string lowering in (string[])["ActiveColumns", "Permute"])
            yield return ($"{lowering}Positions", BnnWriter.Write(Positions()), lowering);
        yield return ("Ways", BnnWriter.Write(Ways()), null);
        yield return ("MnistMlp", Repository.Read("models/mnist-mlp.bnn"), null);
        yield return ("Bytes", BnnWriter.Write(Bytes(300)), "Permute");
        yield return ("BytesWays", BnnWriter.Write(Bytes(24)), null);
    }

    // A first layer on bytes of which some are read by nobody; with few channels words are better on some tiers.
    private static Network Bytes(int channels)
    {
        var random = new Random(7);
        WeightMatrix first = WeightMatrix.Create(channels, 784, (_, column) => column % 50 == 0 ? 0 : (random.Next(2) * 2) - 1);
        WeightMatrix classes = RandomNetworks.Weights(5, channels, random, masked: false);
        return NetworkVerifier.Require(new("bytes", new(1, 28, 28), new EightBitEncoding(), new(
        [
            new DenseLayer("a", first, RandomNetworks.Limits(first, true, random)),
            new ScoresLayer("scores", classes, new([0, 1, 2, 3, 4]), 1),
        ]), default, default));
    }

    // Dense layers that have a way for each tier: kernels of both kinds, and words.
    private static Network Ways()
    {
        var random = new Random(6);
        WeightMatrix first = RandomNetworks.Weights(137, 784, random, masked: false), second = RandomNetworks.Weights(68, 137, random, masked: false);
        WeightMatrix classes = RandomNetworks.Weights(5, 68, random, masked: false);
        return NetworkVerifier.Require(new("ways", new(1, 28, 28), new RawBitsEncoding(), new(
        [
            new DenseLayer("a", first, RandomNetworks.Limits(first, false, random)),
            new DenseLayer("b", second, RandomNetworks.Limits(second, false, random)),
            new ScoresLayer("scores", classes, new([0, 1, 2, 3, 4]), 1),
        ]), default, default));
    }

    // Convolutions of several registers, with and without groups and masks, over rows of positions that share weights and that do not; pools between.
    private static Network Positions()
    {
        var random = new Random(5);
        WeightMatrix first = RandomNetworks.Weights(200, 3 * 9, random, masked: false), second = RandomNetworks.Weights(140, 100 * 4, random, masked: false);
        WeightMatrix third = RandomNetworks.Weights(70, 140, random, masked: true), dense = RandomNetworks.Weights(40, 70 * 2, random, masked: false);
        WeightMatrix classes = RandomNetworks.Weights(5, 40, random, masked: false);
        return NetworkVerifier.Require(new("positions", new(3, 6, 11), new RawBitsEncoding(), new(
        [
            new ConvolutionLayer("a", first, RandomNetworks.Limits(first, false, random), new(3, 3), new(1, 1), new(1, 1, 1, 1), PaddingBit: true, Groups: 1),
            new MaxPoolLayer("pool", new(2, 2), new(2, 2), default, default),
            new ConvolutionLayer("b", second, RandomNetworks.Limits(second, false, random), new(2, 2), new(1, 1), default, PaddingBit: false, Groups: 2),
            new ConvolutionLayer("c", third, RandomNetworks.Limits(third, false, random), new(1, 1), new(2, 2), default, PaddingBit: false, Groups: 1),
            new DenseLayer("dense", dense, RandomNetworks.Limits(dense, false, random)),
            new ScoresLayer("scores", classes, new([0, 1, 2, 3, 4]), 1),
        ]), default, default));
    }

    // The reference is slow: it looks at a few images, which the program sees again and again in random order, so that no two lanes go the same way.
    private int[] Expect(string name, Network network)
    {
        var random = new Random(1);
        byte[][] images = [.. Enumerable.Range(1, Distinct).Select(seed => RandomNetworks.Input(network, seed))];
        int[][] scores = [.. images.Select(image => Reference.Run(network, image).Scores)];
        int[] order = [.. Enumerable.Range(0, Samples).Select(_ => random.Next(Distinct))];
        File.WriteAllBytes(Path.Combine(_folder, name + ".images"), [.. order.SelectMany(i => images[i])]);
        int[] answers = [.. order.SelectMany(i => scores[i]), .. order.Select(i => Reference.ArgMax(scores[i]))];
        return [.. answers, .. answers];
    }

    private static string[] References(byte[] image)
    {
        using var portable = new PEReader(new MemoryStream(image));
        MetadataReader metadata = portable.GetMetadataReader();
        return [.. metadata.TypeReferences.Select(metadata.GetTypeReference).Where(type => metadata.GetString(type.Namespace) == "Bnn.Kernels")
            .Select(type => metadata.GetString(type.Name))];
    }
}
