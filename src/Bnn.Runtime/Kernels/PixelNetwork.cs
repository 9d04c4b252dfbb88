using System.ComponentModel;
using Bnn.Model;

namespace Bnn.Kernels;

/// <summary>Convolutions and pools of one image that follow one another, with a pixel in each lane; at their end may stand summed scores.</summary>
/// <remarks>
/// Exact. Between the layers planes stay in the lanes; only at both ends are they streams of bits. The widest registers of the processor are used, narrower
/// ones for the last positions. Made once from packed weights (<see cref="PixelNetworkBuilder"/>); running is thread-safe and allocates nothing after a
/// thread's first call, which keeps a buffer for the planes of two neighbouring layers.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class PixelNetwork
{
    private readonly PixelLayout _input, _output;
    private readonly int _planes, _channels;
    private readonly bool _isPixelMajor, _isOutputPixelMajor;
    private readonly PixelStep[] _steps;
    private readonly PixelSource? _bytes;
    private readonly PixelSums? _sums;

    internal PixelNetwork(PixelLayout input, int planes, bool isPixelMajor, PixelSource? bytes, PixelStep[] steps, bool isOutputPixelMajor, PixelSums? sums)
    {
        (_input, _planes, _isPixelMajor, _bytes, _steps, _isOutputPixelMajor, _sums) = (input, planes, isPixelMajor, bytes, steps, isOutputPixelMajor, sums);
        PixelLayout layout = input;
        for (int i = 0; i < steps.Length; i++)
        {
            if (steps[i].Planes != planes || steps[i].Input != layout)
                throw new ArgumentException($"Layer {i} reads {steps[i].Planes} planes {steps[i].Input}, but gets {planes} {layout}.", nameof(steps));
            (planes, layout) = (steps[i].Channels, steps[i].Output);
        }
        (_output, _channels) = (layout, planes);
    }

    /// <summary>Runs the layers of an image.</summary>
    /// <param name="stream">
    /// <c>[channels, height, width]</c> bits without gaps, or pixel-major if the builder was told so, and a readable word; on an eight-bit input <c>[8, channels,
    /// height, width]</c>, plane b · channels + c bit b of channel c.
    /// </param>
    /// <param name="output">Receives <c>[height, width, channels]</c> or, as the builder was told, <c>[channels, height, width]</c> bits without gaps, tail bits 0; a word longer than they need.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    /// <exception cref="InvalidOperationException">The first convolution takes bytes, as the builder was told.</exception>
    public void Run(ReadOnlySpan<ulong> stream, Span<ulong> output) => Run(stream, default, output);

    /// <summary>Runs the layers of an image of bytes, if the builder was told how they become bits.</summary>
    /// <param name="image"><c>[channels, height, width]</c> bytes.</param>
    /// <param name="output">As above.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    /// <exception cref="InvalidOperationException">The builder was not told.</exception>
    public void Run(ReadOnlySpan<byte> image, Span<ulong> output) => Run(default, image, output);

    /// <summary>Runs the layers and the summed scores behind them.</summary>
    /// <param name="stream">As above.</param>
    /// <param name="scores">Receives <c>[classes]</c> scores.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public void Scores(ReadOnlySpan<ulong> stream, Span<int> scores) => Scores(stream, default, scores);

    /// <summary>Runs the layers of an image of bytes and the summed scores behind them.</summary>
    /// <param name="image"><c>[channels, height, width]</c> bytes.</param>
    /// <param name="scores">Receives <c>[classes]</c> scores.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    /// <exception cref="InvalidOperationException">The builder was not told how bytes become bits.</exception>
    public void Scores(ReadOnlySpan<byte> image, Span<int> scores) => Scores(default, image, scores);

    /// <summary>The same with registers of a given width, from bits, or from bytes if there are no bits.</summary>
    internal void Run<TLanes>(ReadOnlySpan<ulong> stream, ReadOnlySpan<byte> image, Span<ulong> output)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        ReadOnlySpan<ulong> planes = Planes<TLanes>(stream, image, out Span<ulong> rest);
        int pixels = _output.Height * _output.Width, stride = _output.Stride<TLanes>();
        if (!_isOutputPixelMajor || _channels == 1 || pixels == 1)
        {
            PixelPlanes.ToStream(planes, stride, _channels, _output, output);
            return;
        }
        Span<ulong> channelMajor = rest[..(WeightMatrix.WordsFor(_channels * pixels) + 1)];
        PixelPlanes.ToStream(planes, stride, _channels, _output, channelMajor);
        BitMatrix.Transpose(channelMajor, _channels, pixels, output);
    }

    /// <summary>The same with registers of a given width, from bits, or from bytes if there are no bits.</summary>
    internal void Scores<TLanes>(ReadOnlySpan<ulong> stream, ReadOnlySpan<byte> image, Span<int> scores)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        if (_sums is null)
            throw new InvalidOperationException("No scores stand at the end.");
        ReadOnlySpan<ulong> planes = Planes<TLanes>(stream, image, out _);
        _sums.Run(planes, _output, _output.Stride<TLanes>(), scores);
    }

    private void Run(ReadOnlySpan<ulong> stream, ReadOnlySpan<byte> image, Span<ulong> output)
    {
        if (Lanes512.IsAccelerated)
            Run<Lanes512>(stream, image, output);
        else if (Lanes256.IsAccelerated)
            Run<Lanes256>(stream, image, output);
        else if (Lanes128.IsAccelerated)
            Run<Lanes128>(stream, image, output);
        else
            Run<Lanes64>(stream, image, output);
    }

    private void Scores(ReadOnlySpan<ulong> stream, ReadOnlySpan<byte> image, Span<int> scores)
    {
        if (Lanes512.IsAccelerated)
            Scores<Lanes512>(stream, image, scores);
        else if (Lanes256.IsAccelerated)
            Scores<Lanes256>(stream, image, scores);
        else if (Lanes128.IsAccelerated)
            Scores<Lanes128>(stream, image, scores);
        else
            Scores<Lanes64>(stream, image, scores);
    }

    // The planes that the last layer gives, and words that nobody uses any more.
    private ReadOnlySpan<ulong> Planes<TLanes>(scoped ReadOnlySpan<ulong> stream, scoped ReadOnlySpan<byte> image, out Span<ulong> rest)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int pixels = _input.Height * _input.Width, outputPixels = _output.Height * _output.Width;
        int evenWords = _planes * _input.Stride<TLanes>(), oddWords = 0;
        int scratch = WeightMatrix.WordsFor(Math.Max(_planes * pixels, _channels * outputPixels)) + 1;
        scratch = Math.Max(scratch, _bytes?.ScratchWords<TLanes>() ?? 0);
        for (int i = 0; i < _steps.Length; i++)
        {
            scratch = Math.Max(scratch, _steps[i].ScratchWords<TLanes>());
            int words = _steps[i].Channels * _steps[i].Output.Stride<TLanes>();
            if (i % 2 == 0)
                oddWords = Math.Max(oddWords, words);
            else
                evenWords = Math.Max(evenWords, words);
        }
        evenWords = (evenWords + 7) & ~7;
        oddWords = (oddWords + 7) & ~7;
        Span<ulong> memory = ThreadScratch.Lanes(checked(evenWords + oddWords + scratch));
        Span<ulong> even = memory[..evenWords], odd = memory.Slice(evenWords, oddWords);
        rest = memory[(evenWords + oddWords)..];
        if (stream.IsEmpty)
        {
            PixelSource bytes = _bytes ?? throw new InvalidOperationException("How bytes become bits was not told.");
            bytes.Fill<TLanes>(image, _input, even, rest);
        }
        else if (_bytes is PixelByteConvolution)
            throw new InvalidOperationException("The first convolution takes bytes, not bits.");
        else if (_isPixelMajor && _planes > 1 && pixels > 1)
        {
            BitMatrix.Transpose(stream, pixels, _planes, rest);
            PixelPlanes.FromStream(rest, _planes, _input, even, _input.Stride<TLanes>());
        }
        else
            PixelPlanes.FromStream(stream, _planes, _input, even, _input.Stride<TLanes>());
        for (int i = 0; i < _steps.Length; i++)
            _steps[i].Run<TLanes>(i % 2 == 0 ? even : odd, i % 2 == 0 ? odd : even, rest);
        return _steps.Length % 2 == 0 ? even : odd;
    }
}
