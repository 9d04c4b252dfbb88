using Bnn.Model;
using Bnn.Training;

namespace Bnn.Pruning;

/// <summary>The planes of images as bytes 0 or 1, for a network of <see cref="LatentNetwork.OnPlanes"/>; some planes are noise: each bit is 1 in half of all cases.</summary>
/// <remarks>A bit of noise follows from seed, repeat, sample, plane and position alone: a plane gets the same noise in every group that it belongs to.</remarks>
internal sealed class ReplacedPlanes : ISampleSource
{
    private readonly LabeledImages _images;
    private readonly InputPlane[] _planes;
    private readonly bool[] _isReplaced;    // [planes]
    private readonly ulong _seed, _repeat;
    private readonly byte[][] _bits;        // [workers][planes · positions]

    /// <param name="images">The images.</param>
    /// <param name="encoding">Gives the planes.</param>
    /// <param name="replaced">Indices of those that become noise.</param>
    /// <param name="seed">Decides the noise.</param>
    /// <param name="repeat">Which noise of this seed.</param>
    /// <param name="workers">Threads that may ask for samples.</param>
    public ReplacedPlanes(LabeledImages images, InputEncoding encoding, IEnumerable<int> replaced, ulong seed, int repeat, int workers)
    {
        (_images, _seed, _repeat) = (images, seed, (ulong)repeat);
        _planes = [.. encoding.Planes(images.Shape.Channels)];
        _isReplaced = new bool[_planes.Length];
        foreach (int plane in replaced)
            _isReplaced[plane] = true;
        _bits = [.. Enumerable.Range(0, workers).Select(_ => new byte[_planes.Length * Positions])];
    }

    /// <inheritdoc/>
    public int Count => _images.Count;

    private int Positions => _images.Shape.Height * _images.Shape.Width;

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Sample(int index, int worker)
    {
        ReadOnlySpan<byte> image = _images.Image(index);
        for (int p = 0; p < _planes.Length; p++)
        {
            Span<byte> bits = _bits[worker].AsSpan(p * Positions, Positions);
            if (_isReplaced[p])
                Noise(((ulong)index * (ulong)_planes.Length) + (ulong)p, bits);
            else
                Encode(_planes[p], image.Slice(_planes[p].Channel * Positions, Positions), bits);
        }
        return _bits[worker];
    }

    private static void Encode(InputPlane plane, ReadOnlySpan<byte> values, Span<byte> bits)
    {
        for (int i = 0; i < bits.Length; i++)
            bits[i] = plane.Bit(values[i]) ? (byte)1 : (byte)0;
    }

    // A hash gives the bits of 64 positions.
    private void Noise(ulong plane, Span<byte> bits)
    {
        ulong words = (ulong)((bits.Length + 63) / 64), random = 0;
        for (int i = 0; i < bits.Length; i++, random >>= 1)
        {
            if (i % 64 == 0)
                random = CounterRandom.Next(_seed, CounterRandom.Stream.ReplacedPlanes, _repeat, (plane * words) + ((ulong)i / 64));
            bits[i] = (byte)(random & 1);
        }
    }
}
