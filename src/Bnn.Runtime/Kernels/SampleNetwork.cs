using System.ComponentModel;

namespace Bnn.Kernels;

/// <summary>A whole network over batches, with a sample in each lane: from bytes to classes.</summary>
/// <remarks>
/// Exact. As many samples as the widest register of the processor has lanes go through all layers together; what is left over goes through narrower ones.
/// Made once from packed weights (<see cref="SampleNetworkBuilder"/>); running is thread-safe and allocates nothing after a thread's first call, which
/// keeps a buffer for the planes of two neighbouring layers.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class SampleNetwork
{
    /// <summary>Bytes of planes above which narrower registers are taken: about what the caches of a core hold besides.</summary>
    internal const int MostBytes = 32 << 20;

    private readonly int _inputLength;
    private readonly SampleSource[] _sources;
    private readonly SampleStep[] _steps;
    private readonly LaneScores _scores;
    private readonly int _evenPlanes, _oddPlanes;

    internal SampleNetwork(int inputLength, SampleSource[] sources, SampleStep[] steps, LaneScores scores)
    {
        (_inputLength, _sources, _steps, _scores) = (inputLength, sources, steps, scores);
        int planes = 0;
        foreach (SampleSource source in sources)
            planes = Math.Max(planes, source.End);
        for (int i = 0; i <= steps.Length; i++)
        {
            int expected = i < steps.Length ? steps[i].Planes : scores.Planes;
            if (planes != expected)
                throw new ArgumentException($"Layer {i} reads {expected} planes, but gets {planes}.", nameof(steps));
            if (i % 2 == 0)
                _evenPlanes = Math.Max(_evenPlanes, planes);
            else
                _oddPlanes = Math.Max(_oddPlanes, planes);
            planes = i < steps.Length ? steps[i].OutputPlanes : 0;
        }
    }

    /// <summary>Number of classes.</summary>
    public int Classes => _scores.Classes;

    /// <summary>The class of each sample, until fewer than <paramref name="least"/> are left.</summary>
    /// <param name="images"><c>[classes, input length]</c> bytes.</param>
    /// <param name="classes">Receives classes.</param>
    /// <param name="least">The fewest samples that are worth a register.</param>
    /// <returns>The number of samples that were done, from the first on.</returns>
    public int Predict(ReadOnlySpan<byte> images, Span<int> classes, int least) => Run(new Batch(images, classes, 1, isScores: false), least);

    /// <summary>The scores of each sample, until fewer than <paramref name="least"/> are left.</summary>
    /// <param name="images"><c>[samples, input length]</c> bytes.</param>
    /// <param name="scores">Receives <c>[samples, Classes]</c> scores.</param>
    /// <param name="least">The fewest samples that are worth a register.</param>
    /// <returns>The number of samples that were done, from the first on.</returns>
    public int Scores(ReadOnlySpan<byte> images, Span<int> scores, int least) => Run(new Batch(images, scores, Classes, isScores: true), least);

    /// <summary>The same with registers of a given width.</summary>
    internal void Predict<TLanes>(ReadOnlySpan<byte> images, Span<int> classes)
        where TLanes : unmanaged, ILanes<TLanes> => Run<TLanes>(new Batch(images, classes, 1, isScores: false));

    /// <summary>The same with registers of a given width.</summary>
    internal void Scores<TLanes>(ReadOnlySpan<byte> images, Span<int> scores)
        where TLanes : unmanaged, ILanes<TLanes> => Run<TLanes>(new Batch(images, scores, Classes, isScores: true));

    private int Run(Batch batch, int least)
    {
        int done = 0, samples = batch.Samples, left;
        while ((left = samples - done) > 0 && left >= least)
        {
            int lanes = LanesFor(left), count = left >= lanes ? left - (left % lanes) : left;
            Batch some = batch.Slice(done, count, _inputLength);
            switch (lanes)
            {
                case 512:
                    Run<Lanes512>(some);
                    break;
                case 256:
                    Run<Lanes256>(some);
                    break;
                case 128:
                    Run<Lanes128>(some);
                    break;
                default:
                    Run<Lanes64>(some);
                    break;
            }
            done += count;
        }
        return done;
    }

    /// <summary>The narrowest register that holds all samples that are left; else the widest one that the processor has and the planes leave room for.</summary>
    internal int LanesFor(int left)
    {
        long bytes = ((long)_evenPlanes + _oddPlanes) * sizeof(ulong);
        if (!Lanes128.IsAccelerated)
            return 64;
        if (!Lanes256.IsAccelerated || left <= 128 || bytes * Lanes256.Words > MostBytes)
            return 128;
        return !Lanes512.IsAccelerated || left <= 256 || bytes * Lanes512.Words > MostBytes ? 256 : 512;
    }

    private void Run<TLanes>(Batch batch)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int scratch = 0, lanes = 64 * TLanes.Words;
        foreach (SampleSource source in _sources)
            scratch = Math.Max(scratch, source.ScratchWords<TLanes>());
        foreach (SampleStep step in _steps)
            scratch = Math.Max(scratch, step.ScratchWords<TLanes>());
        // Registers lie whole in a cache line if they begin at one, and the scratch aligns itself.
        Span<ulong> words = ThreadScratch.Lanes(checked(((_evenPlanes + _oddPlanes) * TLanes.Words) + scratch));
        Span<ulong> even = words[..(_evenPlanes * TLanes.Words)], odd = words.Slice(even.Length, _oddPlanes * TLanes.Words);
        for (int done = 0; done < batch.Samples; done += lanes)
        {
            Batch some = batch.Slice(done, Math.Min(lanes, batch.Samples - done), _inputLength);
            foreach (SampleSource source in _sources)
                source.Pack<TLanes>(some.Images, _inputLength, even, words[(even.Length + odd.Length)..]);
            for (int i = 0; i < _steps.Length; i++)
                _steps[i].Run<TLanes>(i % 2 == 0 ? even : odd, i % 2 == 0 ? odd : even, words[(even.Length + odd.Length)..]);
            Span<ulong> last = _steps.Length % 2 == 0 ? even : odd;
            if (some.IsScores)
                _scores.Scores<TLanes>(last, some.Results);
            else
                _scores.Predict<TLanes>(last, some.Results);
        }
    }

    // Samples, and where their classes or scores go.
    private readonly ref struct Batch(ReadOnlySpan<byte> images, Span<int> results, int perSample, bool isScores)
    {
        public ReadOnlySpan<byte> Images { get; } = images;
        public Span<int> Results { get; } = results;
        public bool IsScores { get; } = isScores;
        public int Samples => Results.Length / perSample;

        public Batch Slice(int first, int count, int inputLength) =>
            new(Images.Slice(first * inputLength, count * inputLength), Results.Slice(first * perSample, count * perSample), perSample, IsScores);
    }
}
