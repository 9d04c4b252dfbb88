using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Bnn.Trainer.Experiments;

/// <summary>What a run was computed on. It decides times, but no bit.</summary>
/// <param name="Processor">Its name, as far as the system tells it.</param>
/// <param name="VectorBits">Width of the widest vectors: 512, 256 or 128.</param>
/// <param name="Threads">Threads of the run.</param>
internal sealed record Machine(string Processor, int VectorBits, int Threads)
{
    /// <summary>This one.</summary>
    public static Machine Here(int threads) => new(
        ProcessorName(), Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128, threads == 0 ? Environment.ProcessorCount : threads);

    private static string ProcessorName()
    {
        const string Facts = "/proc/cpuinfo";
        string? name = File.Exists(Facts)
            ? File.ReadLines(Facts).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim()
            : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");
        return name is { Length: > 0 } ? name : RuntimeInformation.ProcessArchitecture.ToString();
    }
}
