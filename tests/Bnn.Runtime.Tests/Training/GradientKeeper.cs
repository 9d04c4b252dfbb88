using System.Collections.Concurrent;
using Bnn.Training;

namespace Bnn.Runtime.Tests.Training;

/// <summary>Keeps gradients instead of stepping.</summary>
internal sealed class GradientKeeper : IGradientSink
{
    private readonly ConcurrentDictionary<TrainedArray, float[]> _kept = new();

    public float[] Of(TrainedArray array) => _kept.GetOrAdd(array, key => new float[key.Values.Length]);

    public unsafe void Take(TrainedArray array, int first, int count, float* gradients, float bound) =>
        new ReadOnlySpan<float>(gradients, count).CopyTo(Of(array).AsSpan(first));
}
