using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Bnn.Kernels;
using Bnn.Model;

namespace Bnn.Inference;

/// <summary>Runs any network at run time on packed words: for tools, and the baseline that generated code is measured against.</summary>
/// <remarks>
/// Plain mode: 64 positions to a xor and a popcount. Equals <see cref="Reference"/> bit for bit. Thread-safe; allocates nothing in steady state.
/// </remarks>
public sealed class Interpreter
{
    private const int StackWords = 2048;

    private readonly Network _network;
    private readonly Step[] _steps;
    private readonly InputPlane[] _planes;
    private readonly int _planeSize;
    private readonly int _inputWords;
    private readonly int _widestWords;

    /// <summary>Prepares a network: packs weights, masks and limits.</summary>
    /// <param name="network">A sound network.</param>
    /// <exception cref="ArgumentException">The network is not sound.</exception>
    /// <exception cref="NotSupportedException">It has a layer kind that is not implemented yet.</exception>
    public Interpreter(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        _network = NetworkVerifier.Require(network);
        _planes = [.. network.Encoding.Planes(network.Input.Channels)];
        _planeSize = network.Input.Height * network.Input.Width;
        // An 8-bit input is eight bit planes, each padded to whole words, because each meets the same weights.
        _inputWords = network.Encoding.IsEightBit ? 8 * WeightMatrix.WordsFor(network.InputLength) : WeightMatrix.WordsFor(_planes.Length * _planeSize);
        var steps = new List<Step>();
        foreach (Layer layer in network.Layers)
        {
            switch (layer)
            {
                case FlattenLayer:
                    break;
                case DenseLayer dense:
                    steps.Add(new(dense, dense.Limits));
                    break;
                case ScoresLayer scores:
                    steps.Add(new(scores, scores.Biases));
                    break;
                default:
                    throw new NotSupportedException($"Layer '{layer.Name}' is of kind {layer.Keyword}, which is not implemented yet.");
            }
        }
        _steps = [.. steps];
        _widestWords = steps.Max(step => WeightMatrix.WordsFor(step.Channels));
    }

    /// <summary>The network that is run.</summary>
    public Network Network => _network;

    /// <summary>The class of one sample: the lowest index with the highest score.</summary>
    /// <param name="input"><c>[InputLength]</c> bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="input"/> has another length.</exception>
    [SkipLocalsInit]
    public int Predict(ReadOnlySpan<byte> input)
    {
        int classes = _network.ClassCount;
        Span<int> scores = classes <= 1024 ? stackalloc int[classes] : new int[classes];
        Scores(input, scores);
        return Reference.ArgMax(scores);
    }

    /// <summary>The score of each class of one sample.</summary>
    /// <param name="input"><c>[InputLength]</c> bytes.</param>
    /// <param name="scores">Receives <c>[ClassCount]</c> scores.</param>
    /// <exception cref="ArgumentException">A length is another.</exception>
    [SkipLocalsInit]
    public void Scores(ReadOnlySpan<byte> input, Span<int> scores)
    {
        Arguments.CheckLength(input.Length, _network.InputLength, nameof(input));
        Arguments.CheckLength(scores.Length, _network.ClassCount, nameof(scores));
        int needed = _inputWords + (2 * _widestWords);
        Span<ulong> scratch = needed <= StackWords ? stackalloc ulong[StackWords] : ThreadScratch.Words(needed);
        Run(input, scores, scratch[.._inputWords], scratch.Slice(_inputWords, _widestWords), scratch.Slice(_inputWords + _widestWords, _widestWords));
    }

    /// <summary>The class of each of many samples.</summary>
    /// <param name="images"><c>[n, InputLength]</c> bytes.</param>
    /// <param name="classes">Receives <c>[n]</c> classes.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public void PredictBatch(ReadOnlySpan<byte> images, Span<int> classes)
    {
        int samples = Arguments.CheckBatch(images.Length, _network.InputLength, classes.Length, 1, nameof(classes));
        for (int i = 0; i < samples; i++)
            classes[i] = Predict(images.Slice(i * _network.InputLength, _network.InputLength));
    }

    /// <summary>The scores of each of many samples.</summary>
    /// <param name="images"><c>[n, InputLength]</c> bytes.</param>
    /// <param name="scores">Receives <c>[n, ClassCount]</c> scores.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public void ScoresBatch(ReadOnlySpan<byte> images, Span<int> scores)
    {
        int classes = _network.ClassCount;
        int samples = Arguments.CheckBatch(images.Length, _network.InputLength, scores.Length, classes, nameof(scores));
        for (int i = 0; i < samples; i++)
            Scores(images.Slice(i * _network.InputLength, _network.InputLength), scores.Slice(i * classes, classes));
    }

    private void Run(ReadOnlySpan<byte> input, Span<int> scores, Span<ulong> inputBits, Span<ulong> bits, Span<ulong> next)
    {
        Encode(input, inputBits);
        ReadOnlySpan<ulong> current = inputBits;
        for (int i = 0; i < _steps.Length; i++)
        {
            Step step = _steps[i];
            bool isEightBit = i == 0 && _network.Encoding.IsEightBit;
            if (step.Scale != 0)
            {
                for (int c = 0; c < scores.Length; c++)
                    scores[c] = (step.Scale * (step.MaxCount(c, isEightBit) - (2 * step.Count(c, current, isEightBit)))) + step.Limits[c];
                return;
            }
            Span<ulong> output = i % 2 == 0 ? bits : next;
            step.Fire(current, output, isEightBit);
            current = output[..WeightMatrix.WordsFor(step.Channels)];
        }
    }

    private void Encode(ReadOnlySpan<byte> input, Span<ulong> words)
    {
        words.Clear();
        if (_network.Encoding.IsEightBit)
        {
            for (int bit = 0; bit < 8; bit++)
                InputPacking.Bit(input, bit, words, bit * (_inputWords / 8) * 64);
            return;
        }
        for (int p = 0; p < _planes.Length; p++)
        {
            ReadOnlySpan<byte> values = input.Slice(_planes[p].Channel * _planeSize, _planeSize);
            if (_planes[p].IsThreshold)
                InputPacking.AtLeast(values, _planes[p].Value, words, p * _planeSize);
            else
                InputPacking.Bit(values, _planes[p].Value, words, p * _planeSize);
        }
    }

    // One layer: rows of words, and masks only where a layer has any.
    private sealed class Step
    {
        private readonly ulong[] _signs;
        private readonly ulong[]? _masks;
        private readonly int[] _live;
        private readonly int _words;

        public Step(WeightedLayer layer, EquatableArray<int> limits)
        {
            WeightMatrix weights = layer.Weights;
            Channels = weights.Rows;
            Scale = (layer as ScoreLayer)?.Scale ?? 0;
            Limits = limits.ToArray();
            _words = weights.WordsPerRow;
            _signs = new ulong[Channels * _words];
            _masks = weights.HasMask ? new ulong[Channels * _words] : null;
            _live = new int[Channels];
            for (int c = 0; c < Channels; c++)
            {
                weights.Signs(c).CopyTo(_signs.AsSpan(c * _words));
                _live[c] = weights.LiveCount(c);
                for (int w = 0; _masks is not null && w < _words; w++)
                    _masks[(c * _words) + w] = weights.Live(c, w);
            }
        }

        public int Channels { get; }

        /// <summary>0 for a layer that gives bits.</summary>
        public int Scale { get; }

        /// <summary>Limits, or biases of scores.</summary>
        public int[] Limits { get; }

        public int MaxCount(int channel, bool isEightBit) => _live[channel] * (isEightBit ? 255 : 1);

        public void Fire(ReadOnlySpan<ulong> input, Span<ulong> output, bool isEightBit)
        {
            for (int first = 0; first < Channels; first += 64)
            {
                ulong fired = 0;
                int end = Math.Min(first + 64, Channels);
                int c = first;
                for (; c + 4 <= end && _masks is null; c += 4)
                {
                    (int a, int b, int d, int e) = CountFour(c, input, isEightBit);
                    fired |= (Fires(a, c) | Fires(b, c + 1) << 1 | Fires(d, c + 2) << 2 | Fires(e, c + 3) << 3) << (c & 63);
                }
                for (; c < end; c++)
                    fired |= Fires(Count(c, input, isEightBit), c) << (c & 63);
                output[first >> 6] = fired;
            }
        }

        // 1 iff count ≤ limit, without a branch: the sign of the difference.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private ulong Fires(int count, int channel) => (uint)(count - Limits[channel] - 1) >> 31;

        // Four channels at once load each input word once and have four independent sums.
        private (int A, int B, int C, int D) CountFour(int channel, ReadOnlySpan<ulong> input, bool isEightBit)
        {
            ref ulong x = ref MemoryMarshal.GetReference(input);
            ref ulong first = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_signs), channel * _words);
            ref ulong second = ref Unsafe.Add(ref first, _words);
            ref ulong third = ref Unsafe.Add(ref second, _words);
            ref ulong fourth = ref Unsafe.Add(ref third, _words);
            int a = 0, b = 0, c = 0, d = 0;
            // Horner's rule from the highest bit plane down: doubling before each plane gives it its weight.
            for (int plane = isEightBit ? 7 : 0; plane >= 0; plane--)
            {
                ref ulong bits = ref Unsafe.Add(ref x, plane * _words);
                (a, b, c, d) = (2 * a, 2 * b, 2 * c, 2 * d);
                for (int i = 0; i < _words; i++)
                {
                    ulong word = Unsafe.Add(ref bits, i);
                    a += BitOperations.PopCount(word ^ Unsafe.Add(ref first, i));
                    b += BitOperations.PopCount(word ^ Unsafe.Add(ref second, i));
                    c += BitOperations.PopCount(word ^ Unsafe.Add(ref third, i));
                    d += BitOperations.PopCount(word ^ Unsafe.Add(ref fourth, i));
                }
            }
            return (a, b, c, d);
        }

        public int Count(int channel, ReadOnlySpan<ulong> input, bool isEightBit)
        {
            ReadOnlySpan<ulong> signs = _signs.AsSpan(channel * _words, _words);
            ReadOnlySpan<ulong> mask = _masks is null ? default : _masks.AsSpan(channel * _words, _words);
            int count = 0;
            for (int bit = 0; bit < (isEightBit ? 8 : 1); bit++)
            {
                ReadOnlySpan<ulong> plane = input.Slice(bit * _words, _words);
                count += (mask.IsEmpty ? Differing(plane, signs) : Differing(plane, signs, mask)) << bit;
            }
            return count;
        }

        // Input and signs have zero tails, so whole words can be compared.
        private static int Differing(ReadOnlySpan<ulong> input, ReadOnlySpan<ulong> signs)
        {
            int count = 0;
            for (int i = 0; i < signs.Length && i < input.Length; i++)
                count += BitOperations.PopCount(input[i] ^ signs[i]);
            return count;
        }

        private static int Differing(ReadOnlySpan<ulong> input, ReadOnlySpan<ulong> signs, ReadOnlySpan<ulong> mask)
        {
            int count = 0;
            for (int i = 0; i < signs.Length; i++)
                count += BitOperations.PopCount((input[i] ^ signs[i]) & mask[i]);
            return count;
        }
    }
}
