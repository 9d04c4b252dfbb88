using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Bnn.Inference;
using Bnn.Model;
using Bnn.Runtime.Tests;

namespace Bnn.EndToEnd.Tests;

/// <summary>The generated classes of <c>models</c> on whole test sets: as many right as the card says, and every class that of the interpreter.</summary>
public partial class ZooTests
{
    private const int ImagesHeader = 16, LabelsHeader = 8; // of an idx file

    [IdxTheory]
    [InlineData("mnist-mlp", "mnist")]
    [InlineData("mnist-conv", "mnist")]
    [InlineData("fashion-mlp", "fashion-mnist")]
    [InlineData("fashion-conv", "fashion-mnist")]
    public void Generated_class_is_as_right_as_the_card_says(string name, string data)
    {
        string text = Repository.Read($"models/{name}.bnn");
        Match accuracy = TestAccuracy().Match(Repository.Read($"models/{name}.md"));
        double percent = double.Parse(accuracy.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        byte[] images = File.ReadAllBytes(IdxTheoryAttribute.Path(data, "t10k-images-idx3-ubyte")!)[ImagesHeader..];
        byte[] labels = File.ReadAllBytes(IdxTheoryAttribute.Path(data, "t10k-labels-idx1-ubyte")!)[LabelsHeader..];
        Assembly assembly = GeneratedModels.Compile([("Zoo", text)]);
        GeneratedModels.Call(typeof(ZooTests), nameof(Check), assembly, "Zoo", BnnReader.Read(text).Network!, images, labels, percent);
    }

    internal static void Check<TModel>(Network network, byte[] images, byte[] labels, double percent)
        where TModel : IBinaryClassifier<TModel>
    {
        var generated = new int[labels.Length];
        var interpreted = new int[labels.Length];
        TModel.PredictBatch(images, generated);
        new Interpreter(network).PredictBatch(images, interpreted);
        Assert.Equal(interpreted, generated);
        int length = network.InputLength;
        for (int i = 0; i < labels.Length; i += 50)
            Assert.Equal(generated[i], TModel.Predict(images.AsSpan(i * length, length)));
        int right = generated.Zip(labels).Count(pair => pair.First == pair.Second);
        Assert.Equal(percent, Math.Round(100.0 * right / labels.Length, 2), 9);
    }

    [GeneratedRegex(@"\| test accuracy \| ([0-9.]+) %")]
    private static partial Regex TestAccuracy();
}

/// <summary>A test that needs the test images of MNIST and Fashion-MNIST in the folder of BNN_DATA; without them it is skipped, and says why.</summary>
public sealed class IdxTheoryAttribute : TheoryAttribute
{
    public IdxTheoryAttribute()
    {
        if (Path("mnist", "t10k-images-idx3-ubyte") is null || Path("fashion-mnist", "t10k-images-idx3-ubyte") is null)
            Skip = "needs mnist and fashion-mnist in the folder of BNN_DATA";
    }

    /// <summary>Path of a file of a data set, or null.</summary>
    internal static string? Path(string set, string file) =>
        Environment.GetEnvironmentVariable("BNN_DATA") is { Length: > 0 } folder && System.IO.Path.Combine(folder, set, file) is var path && File.Exists(path)
            ? path : null;
}
