using System.Reflection;
using Bnn.Inference;
using Bnn.Model;
using Bnn.Runtime.Tests;

namespace Bnn.EndToEnd.Tests;

public class EnginesAgreeTests
{
    private const int Networks = 240;
    private const int Samples = 6;

    [Theory, InlineData(null), InlineData("Unrolled"), InlineData("PopCountTable")]
    public void Reference_interpreter_and_generated_code_agree_bit_for_bit(string? lowering)
    {
        // One compilation for all networks, because starting the compiler costs more than compiling one of them.
        Network[] networks = [.. Enumerable.Range(0, Networks).Select(seed => seed % 3 == 0 ? RandomNetworks.Dense(seed) : RandomNetworks.Any(seed))];
        Assembly assembly = GeneratedModels.Compile([.. networks.Select((network, seed) => ($"Net{seed}", BnnWriter.Write(network)))], lowering);
        for (int seed = 0; seed < Networks; seed++)
        {
            byte[] images = [.. Enumerable.Range(0, Samples).SelectMany(i => RandomNetworks.Input(networks[seed], (100 * seed) + i))];
            GeneratedModels.Call(typeof(EnginesAgreeTests), nameof(CheckModel), assembly, $"Net{seed}", networks[seed], images);
        }
    }

    [Theory, InlineData("fashion-mlp"), InlineData("fashion-mlp-pruned"), InlineData("fashion-conv"), InlineData("optdigits")]
    public void Sample_models_agree_on_all_their_images(string name)
    {
        string text = Repository.Read($"sample-app/models/{name}.bnn");
        Network network = BnnReader.Read(text).Network!;
        byte[] images = name == "optdigits"
            ? [.. Repository.Read("sample-app/data/optdigits-500.csv").Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .SelectMany(line => line.Split(',').Take(64).Select(byte.Parse))]
            : File.ReadAllBytes(Path.Combine(Repository.Root, "sample-app/data/fashion-mnist-1000-images-idx3-ubyte"))[16..];
        foreach (string? lowering in (string?[])[null, "Unrolled", "PopCountTable"])
        {
            Assembly assembly = GeneratedModels.Compile([("Sample", text)], lowering);
            GeneratedModels.Call(typeof(EnginesAgreeTests), nameof(CheckModel), assembly, "Sample", network, images);
        }
    }

    internal static void CheckModel<TModel>(Network network, byte[] images)
        where TModel : IBinaryClassifier<TModel>
    {
        var interpreter = new Interpreter(network);
        int length = network.InputLength, classCount = network.ClassCount, samples = images.Length / length;
        Assert.Equal((length, classCount), (TModel.InputLength, TModel.ClassCount));
        Assert.Equal(network.Operations(), TModel.Info.Operations);
        Assert.Equal(network.Labels.ToArray(), TModel.Labels.ToArray());
        var classes = new int[samples];
        var scores = new int[samples * classCount];
        TModel.PredictBatch(images, classes);
        TModel.ScoresBatch(images, scores);
        var interpretedScores = new int[samples * classCount];
        interpreter.ScoresBatch(images, interpretedScores);
        Assert.True(scores.AsSpan().SequenceEqual(interpretedScores), network.Name);
        var single = new int[classCount];
        for (int i = 0; i < samples; i++)
        {
            ReadOnlySpan<byte> image = images.AsSpan(i * length, length);
            // The reference is slow: on many images of a large network it looks at every tenth.
            if (samples <= 100 || i % 10 == 0)
                Assert.Equal(Reference.Run(network, image).Scores, scores[(i * classCount)..((i + 1) * classCount)]);
            TModel.Scores(image, single);
            Assert.Equal(scores[(i * classCount)..((i + 1) * classCount)], single);
            Assert.Equal(Reference.ArgMax(single), TModel.Predict(image));
            Assert.Equal(Reference.ArgMax(single), classes[i]);
        }
    }

    [Fact]
    public void Wrong_lengths_name_both_lengths_and_predicting_allocates_nothing()
    {
        Network network = RandomNetworks.Dense(4);
        Assembly assembly = GeneratedModels.Compile([("Net", BnnWriter.Write(network))]);
        GeneratedModels.Call(typeof(EnginesAgreeTests), nameof(CheckManners), assembly, "Net", network);
    }

    internal static void CheckManners<TModel>(Network network)
        where TModel : IBinaryClassifier<TModel>
    {
        int length = network.InputLength;
        var error = Assert.Throws<ArgumentException>(() => TModel.Predict(new byte[length + 1]));
        Assert.Contains($"{length + 1}", error.Message, StringComparison.Ordinal);
        Assert.Contains($" {length}.", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => TModel.PredictBatch(new byte[2 * length], new int[3]));
        Assert.Throws<ArgumentException>(() => TModel.ScoresBatch(new byte[(2 * length) + 1], new int[2 * TModel.ClassCount]));
        Assert.Throws<ArgumentException>(() => TModel.Scores(new byte[length], new int[TModel.ClassCount + 1]));
        var input = new byte[length];
        var classes = new int[1];
        Assert.Equal(0, Allocations.Of(() =>
        {
            TModel.Predict(input);
            TModel.PredictBatch(input, classes);
        }));
    }
}
