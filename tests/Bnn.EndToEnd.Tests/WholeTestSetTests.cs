using System.Reflection;
using Bnn.Inference;
using Bnn.Model;
using Bnn.Runtime.Tests;

namespace Bnn.EndToEnd.Tests;

public class WholeTestSetTests
{
    /// <summary>Images that the bit-by-bit reference looks at: one in a hundred, or with BNN_WHOLE=1 every one, which takes half an hour.</summary>
    private static int Step => Environment.GetEnvironmentVariable("BNN_WHOLE") == "1" ? 1 : 100;

    [Cifar10Fact]
    public void Network_in_network_gives_the_class_of_reference_on_test_images()
    {
        string text = Repository.Read("models/cifar-nin.bnn");
        Network network = BnnReader.Read(text).Network!;
        byte[] images = [.. File.ReadAllBytes(Cifar10FactAttribute.TestBatch!).Chunk(1 + network.InputLength).SelectMany(record => record[1..])];
        Assembly assembly = GeneratedModels.Compile([("Nin", text)]);
        GeneratedModels.Call(typeof(WholeTestSetTests), nameof(CheckClasses), assembly, "Nin", network, images);
    }

    internal static void CheckClasses<TModel>(Network network, byte[] images)
        where TModel : IBinaryClassifier<TModel>
    {
        int length = network.InputLength, samples = images.Length / length;
        var generated = new int[samples];
        var interpreted = new int[samples];
        TModel.PredictBatch(images, generated);
        new Interpreter(network).PredictBatch(images, interpreted);
        Assert.Equal(interpreted, generated);
        int[] checkedSamples = [.. Enumerable.Range(0, samples).Where(i => i % Step == 0)];
        var reference = new int[samples];
        Parallel.ForEach(checkedSamples, i => reference[i] = Reference.Predict(network, images.AsSpan(i * length, length)));
        Assert.All(checkedSamples, i => Assert.Equal(reference[i], generated[i]));
    }
}

/// <summary>A test that needs CIFAR-10's test batch in the folder of BNN_DATA; without it the test is skipped, and says why.</summary>
public sealed class Cifar10FactAttribute : FactAttribute
{
    public Cifar10FactAttribute()
    {
        if (TestBatch is null)
            Skip = "needs cifar10/test_batch.bin in the folder of BNN_DATA";
    }

    /// <summary>Path of the test batch, or null.</summary>
    public static string? TestBatch => Environment.GetEnvironmentVariable("BNN_DATA") is { Length: > 0 } folder
        ? new[] { "cifar10", "cifar-10", "cifar-10-batches-bin" }.Select(inner => Path.Combine(folder, inner, "test_batch.bin")).FirstOrDefault(File.Exists)
        : null;
}
