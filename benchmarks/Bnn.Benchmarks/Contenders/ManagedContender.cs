namespace Bnn.Benchmarks.Contenders;

/// <summary>The class of one sample.</summary>
internal delegate int PredictOne(ReadOnlySpan<byte> image);

/// <summary>The class of each of many samples.</summary>
internal delegate void PredictMany(ReadOnlySpan<byte> images, Span<int> classes);

/// <summary>Managed code: a call for each sample, or for each batch.</summary>
/// <param name="name">For the table.</param>
/// <param name="length">Bytes of a sample.</param>
/// <param name="one">For one sample.</param>
/// <param name="many">For a batch, or null: then it is a loop over samples, and a run looks at <see cref="FewSamples"/> of them, as each takes as long.</param>
internal sealed class ManagedContender(string name, int length, PredictOne one, PredictMany? many = null) : Contender(name)
{
    /// <summary>Most samples of a run of something that knows no batches.</summary>
    public const int FewSamples = 64;

    public override Work Prepare(byte[] images, int batch)
    {
        int samples = images.Length / length;
        return batch == 1 || many is null
            ? new Singly(images, length, Math.Min(samples, batch == 1 ? samples : FewSamples), one)
            : new Batches(images, length, samples, batch, many);
    }

    private sealed class Singly(byte[] images, int length, int samples, PredictOne one) : Work(samples)
    {
        private readonly int[] _classes = new int[samples];

        public override void Run()
        {
            for (int i = 0; i < _classes.Length; i++)
                _classes[i] = one(images.AsSpan(i * length, length));
        }

        public override int[] Classes() => _classes;
    }

    private sealed class Batches(byte[] images, int length, int samples, int batch, PredictMany many) : Work(samples)
    {
        private readonly int[] _classes = new int[samples];

        public override void Run()
        {
            for (int i = 0; i < _classes.Length; i += batch)
                many(images.AsSpan(i * length, batch * length), _classes.AsSpan(i, batch));
        }

        public override int[] Classes() => _classes;
    }
}
