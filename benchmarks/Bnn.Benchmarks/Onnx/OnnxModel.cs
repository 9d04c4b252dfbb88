using Bnn.Benchmarks.Contenders;
using Microsoft.ML.OnnxRuntime;

namespace Bnn.Benchmarks.Onnx;

/// <summary>Runs an ONNX model under the conditions that are fair to it: one thread, all optimisations, memory bound beforehand, no copy.</summary>
internal sealed class OnnxModel : IDisposable
{
    private readonly InferenceSession _session;

    /// <param name="model">The bytes of a model of <see cref="OnnxExport"/>.</param>
    /// <param name="isPacking">Whether constant matrices are brought into the order of the kernels when the session is made.</param>
    /// <param name="optimizedPath">Receives the graph that is really run, or null.</param>
    public OnnxModel(byte[] model, bool isPacking = true, string? optimizedPath = null)
    {
        using SessionOptions options = Options();
        if (!isPacking)
            options.AddSessionConfigEntry("session.disable_prepacking", "1");
        if (optimizedPath is not null)
            options.OptimizedModelFilePath = optimizedPath;
        _session = new(model, options);
    }

    /// <summary>One thread, all optimisations.</summary>
    public static SessionOptions Options() => new()
    {
        IntraOpNumThreads = 1,
        InterOpNumThreads = 1,
        ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
        GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
        LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
    };

    /// <summary>Binds images and results.</summary>
    /// <param name="images"><c>[n, …]</c> bytes.</param>
    /// <param name="batch">That of the model; divides n.</param>
    public Work Bind(byte[] images, int batch) => new Bound(_session, images, batch);

    /// <summary>The operators of the graph that ONNX Runtime makes of a model, in order.</summary>
    public static IReadOnlyList<string> Optimized(byte[] model)
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            using (new OnnxModel(model, optimizedPath: path))
            {
                return [.. Format.Model.Parser.ParseFrom(File.ReadAllBytes(path)).Graph.Node.Select(node => node.OpType)];
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    private sealed class Bound : Work
    {
        private readonly InferenceSession _session;
        private readonly RunOptions _options = new();
        private readonly long[] _classes;
        private readonly (OrtIoBinding Binding, OrtValue Input, OrtValue Output)[] _bindings;

        public Bound(InferenceSession session, byte[] images, int batch)
            : base(images.Length / Length(session, batch))
        {
            _session = session;
            _classes = new long[Samples];
            NodeMetadata input = session.InputMetadata[OnnxGraph.Input];
            long[] shape = [.. input.Dimensions.Select(length => (long)length)];
            int length = Length(session, batch) * batch;
            _bindings = [.. Enumerable.Range(0, Samples / batch).Select(i =>
            {
                OrtValue value = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, images.AsMemory(i * length, length), shape);
                OrtValue result = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, _classes.AsMemory(i * batch, batch), [batch]);
                OrtIoBinding binding = session.CreateIoBinding();
                binding.BindInput(OnnxGraph.Input, value);
                binding.BindOutput(OnnxGraph.Output, result);
                return (binding, value, result);
            })];
        }

        public override void Run()
        {
            foreach ((OrtIoBinding binding, _, _) in _bindings)
                _session.RunWithBinding(_options, binding);
        }

        public override int[] Classes() => [.. _classes.Select(value => (int)value)];

        public override void Dispose()
        {
            foreach ((OrtIoBinding binding, OrtValue input, OrtValue output) in _bindings)
            {
                binding.Dispose();
                input.Dispose();
                output.Dispose();
            }
            _options.Dispose();
            base.Dispose();
        }

        private static int Length(InferenceSession session, int batch)
        {
            int[] shape = session.InputMetadata[OnnxGraph.Input].Dimensions;
            return shape[0] == batch ? shape.Skip(1).Aggregate(1, (product, length) => product * length)
                : throw new ArgumentException($"The model takes batches of {shape[0]}, not of {batch}.", nameof(batch));
        }
    }
}
