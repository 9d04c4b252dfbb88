using BenchmarkDotNet.Attributes;
using Bnn.Benchmarks.Contenders;
using Bnn.Benchmarks.Networks;
using Bnn.Model;

namespace Bnn.Benchmarks;

/// <summary>The rivals of <c>--rivals</c> by the clock: 64 real samples one by one, and as a batch.</summary>
[MemoryDiagnoser(displayGenColumns: false)]
public class Classifying
{
    private const int Samples = 64;

    private Contender _contender = null!;
    private Work _singly = null!;
    private Work _batch = null!;

    public static IEnumerable<string> Networks => BenchmarkNetworks.Names;

    public static IEnumerable<string> Ways =>
    [
        "generated", "interpreter, plain", "interpreter, vector", "loop of PopCount", "HammingBitDistance", "RSR++",
        "ONNX Runtime, float32", "ONNX Runtime, int8",
    ];

    [ParamsSource(nameof(Networks))]
    public string Name { get; set; } = "";

    [ParamsSource(nameof(Ways))]
    public string Way { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        Network network = BenchmarkNetworks.Named(Name);
        _contender = AllContenders.Of(network, GeneratedCode.Try([network], out string reason)).FirstOrDefault(contender => contender.Name == Way)
            ?? throw new InvalidOperationException(reason);
        byte[] images = Inputs.Real(network, Samples).Images;
        _singly = _contender.Prepare(images, 1);
        _batch = _contender.Prepare(images, Samples);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _singly.Dispose();
        _batch.Dispose();
        _contender.Dispose();
    }

    [Benchmark(OperationsPerInvoke = Samples, Description = "one sample")]
    public void OneSample() => _singly.Run();

    [Benchmark(OperationsPerInvoke = Samples, Description = "batch of 64")]
    public void Batch() => _batch.Run();
}
