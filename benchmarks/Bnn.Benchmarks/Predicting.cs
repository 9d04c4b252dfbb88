using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using Bnn.Inference;
using Bnn.Storage;

namespace Bnn.Benchmarks;

/// <summary>From the bytes of real images to their classes: generated code, the interpreter and a hand-written loop, side by side in one run.</summary>
[MemoryDiagnoser(displayGenColumns: false)]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByParams)]
public abstract class Predicting<TModel>
    where TModel : IBinaryClassifier<TModel>
{
    private const int ImageCount = 500;

    private readonly int[] _classes = new int[ImageCount];
    private byte[] _images = [];
    private Interpreter _interpreter = null!;
    private IRival _handWritten = null!;

    /// <summary>Name of the model file and of its images in the sample.</summary>
    protected abstract (string Model, string Images) Files { get; }

    [GlobalSetup]
    public void Setup()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "sample");
        var network = BnnFile.Load(Path.Combine(folder, Files.Model));
        _interpreter = new(network);
        _images = SampleImages.Read(Path.Combine(folder, Files.Images), network.InputLength, ImageCount);
        _handWritten = Rivals.For(network, _images);
    }

    [Benchmark(OperationsPerInvoke = ImageCount, Description = "generated, one image")]
    public int Generated()
    {
        int sum = 0;
        for (int i = 0; i < ImageCount; i++)
            sum += TModel.Predict(Image(i));
        return sum;
    }

    [Benchmark(OperationsPerInvoke = ImageCount, Description = "hand-written loop, one image", Baseline = true)]
    public int Loop()
    {
        int sum = 0;
        for (int i = 0; i < ImageCount; i++)
            sum += _handWritten.Predict(Image(i));
        return sum;
    }

    [Benchmark(OperationsPerInvoke = ImageCount, Description = "interpreter, one image")]
    public int Interpreted()
    {
        int sum = 0;
        for (int i = 0; i < ImageCount; i++)
            sum += _interpreter.Predict(Image(i));
        return sum;
    }

    [Benchmark(OperationsPerInvoke = ImageCount, Description = "generated, batch of 500")]
    public void GeneratedBatch() => TModel.PredictBatch(_images, _classes);

    [Benchmark(OperationsPerInvoke = ImageCount, Description = "interpreter, batch of 500")]
    public void InterpretedBatch() => _interpreter.PredictBatch(_images, _classes);

    private ReadOnlySpan<byte> Image(int index) => _images.AsSpan(index * TModel.InputLength, TModel.InputLength);
}

/// <summary>The Fashion-MNIST network as trained.</summary>
public class Unpruned : Predicting<FashionMlp>
{
    protected override (string, string) Files => ("fashion-mlp.bnn", "fashion-mnist-1000-images-idx3-ubyte");
}

/// <summary>The same with hidden channels removed.</summary>
public class Pruned : Predicting<FashionMlpPruned>
{
    protected override (string, string) Files => ("fashion-mlp-pruned.bnn", "fashion-mnist-1000-images-idx3-ubyte");
}

/// <summary>The convolutional network.</summary>
public class Convolutional : Predicting<FashionConv>
{
    protected override (string, string) Files => ("fashion-conv.bnn", "fashion-mnist-1000-images-idx3-ubyte");
}

/// <summary>The tiny network whose code is unrolled.</summary>
public class Tiny : Predicting<Optdigits>
{
    protected override (string, string) Files => ("optdigits.bnn", "optdigits-500.csv");
}
