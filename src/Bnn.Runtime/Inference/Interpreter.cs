using System.Buffers;
using System.Runtime.CompilerServices;
using Bnn.Inference.Steps;
using Bnn.Inference.Vector;
using Bnn.Kernels;
using Bnn.Model;

namespace Bnn.Inference;

/// <summary>Runs any network at run time on packed words: for tools, and the baseline that generated code is measured against.</summary>
/// <remarks>
/// Plain mode: 64 inputs to an xor and a popcount. Vector mode: lowerings of docs/decisions/0008-lanes.md, chosen when it is made. Both equal
/// <see cref="Reference"/> bit for bit. Thread-safe; allocates nothing in steady state.
/// </remarks>
public sealed class Interpreter
{
    // Of the stack: 16 KB for most networks, 128 KB at most; above that a buffer of the thread.
    private const int FewWords = 2048;
    private const int StackWords = 16_384;
    private const int FewClasses = 1024;

    private readonly StepPlan _plan;
    private readonly Step[] _steps;
    private readonly int _evenWords;
    private readonly int _oddWords;
    private readonly int _scratchWords;
    private readonly SampleLanes? _batches;

    /// <summary>Prepares a network for plain mode: packs its weights in the order in which their bits will stand.</summary>
    /// <param name="network">A sound network.</param>
    /// <exception cref="ArgumentException">The network is not sound.</exception>
    public Interpreter(Network network)
        : this(network, InterpreterMode.Plain)
    {
    }

    /// <summary>Prepares a network: packs its weights, and in vector mode derives which planes each channel adds.</summary>
    /// <param name="network">A sound network.</param>
    /// <param name="mode">How it is run.</param>
    /// <exception cref="ArgumentException">The network is not sound.</exception>
    public Interpreter(Network network, InterpreterMode mode)
        : this(network, mode, lanes: null)
    {
    }

    /// <summary>The same with registers of a width, whatever the processor has.</summary>
    internal Interpreter(Network network, InterpreterMode mode, int? lanes)
    {
        ArgumentNullException.ThrowIfNull(network);
        Network = NetworkVerifier.Require(network);
        Mode = mode;
        bool isVector = mode == InterpreterMode.Vector;
        _plan = new(network, isVector ? lanes ?? VectorLanes.Widest : 0);
        _batches = isVector ? SampleLanes.Of(network, lanes is null ? _plan.Cost : 0, lanes) : null;
        _steps = [.. _plan.Steps];
        _evenWords = _plan.Input.OutputWords;
        _scratchWords = Math.Max(_plan.Input.ScratchWords, _plan.Scores.ScratchWords);
        for (int i = 0; i < _steps.Length; i++)
        {
            _scratchWords = Math.Max(_scratchWords, _steps[i].ScratchWords);
            ref int words = ref i % 2 == 0 ? ref _oddWords : ref _evenWords;
            words = Math.Max(words, _steps[i].OutputWords);
        }
    }

    /// <summary>The network that is run.</summary>
    public Network Network { get; }

    /// <summary>How it is run.</summary>
    public InterpreterMode Mode { get; }

    /// <summary>The class of one sample: the lowest index with the highest score.</summary>
    /// <param name="input"><c>[InputLength]</c> bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="input"/> has another length.</exception>
    [SkipLocalsInit]
    public int Predict(ReadOnlySpan<byte> input)
    {
        int classes = Network.ClassCount;
        int[]? rented = classes > FewClasses ? ArrayPool<int>.Shared.Rent(classes) : null;
        Span<int> scores = (rented ?? stackalloc int[FewClasses])[..classes];
        Scores(input, scores);
        int best = Reference.ArgMax(scores);
        if (rented is not null)
            ArrayPool<int>.Shared.Return(rented);
        return best;
    }

    /// <summary>The score of each class of one sample.</summary>
    /// <param name="input"><c>[InputLength]</c> bytes.</param>
    /// <param name="scores">Receives <c>[ClassCount]</c> scores.</param>
    /// <exception cref="ArgumentException">A length is another.</exception>
    public void Scores(ReadOnlySpan<byte> input, Span<int> scores)
    {
        Arguments.CheckLength(input.Length, Network.InputLength, nameof(input));
        Arguments.CheckLength(scores.Length, Network.ClassCount, nameof(scores));
        int needed = _evenWords + _oddWords + _scratchWords;
        if (needed <= FewWords)
            RunOnFewWords(input, scores);
        else if (needed <= StackWords)
            RunOnStack(input, scores);
        else
            Run(input, scores, ThreadScratch.Words(needed));
    }

    /// <summary>The class of each of many samples.</summary>
    /// <param name="images"><c>[n, InputLength]</c> bytes.</param>
    /// <param name="classes">Receives <c>[n]</c> classes.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public void PredictBatch(ReadOnlySpan<byte> images, Span<int> classes)
    {
        int samples = Arguments.CheckBatch(images.Length, Network.InputLength, classes.Length, 1, nameof(classes));
        for (int i = _batches?.Predict(images, classes) ?? 0; i < samples; i++)
            classes[i] = Predict(images.Slice(i * Network.InputLength, Network.InputLength));
    }

    /// <summary>The scores of each of many samples.</summary>
    /// <param name="images"><c>[n, InputLength]</c> bytes.</param>
    /// <param name="scores">Receives <c>[n, ClassCount]</c> scores.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public void ScoresBatch(ReadOnlySpan<byte> images, Span<int> scores)
    {
        int classes = Network.ClassCount;
        int samples = Arguments.CheckBatch(images.Length, Network.InputLength, scores.Length, classes, nameof(scores));
        for (int i = _batches?.Scores(images, scores) ?? 0; i < samples; i++)
            Scores(images.Slice(i * Network.InputLength, Network.InputLength), scores.Slice(i * classes, classes));
    }

    [SkipLocalsInit]
    private void RunOnFewWords(ReadOnlySpan<byte> input, Span<int> scores) => Run(input, scores, stackalloc ulong[FewWords]);

    [SkipLocalsInit]
    private void RunOnStack(ReadOnlySpan<byte> input, Span<int> scores) => Run(input, scores, stackalloc ulong[StackWords]);

    // Results of the steps lie in two buffers by turns.
    private void Run(ReadOnlySpan<byte> input, Span<int> scores, Span<ulong> words)
    {
        Span<ulong> current = words[.._evenWords];
        Span<ulong> next = words.Slice(_evenWords, _oddWords);
        Span<ulong> scratch = words.Slice(_evenWords + _oddWords, _scratchWords);
        _plan.Input.Run(input, current[.._plan.Input.OutputWords], scratch);
        foreach (Step step in _steps)
        {
            step.Run(current, next[..step.OutputWords], scratch);
            Span<ulong> free = current;
            current = next;
            next = free;
        }
        // A direct call in plain mode, which is the baseline of all measurements.
        if (_plan.Scores is CountedScores counted)
            counted.Run(current, scores, scratch);
        else
            _plan.Scores.Run(current, scores, scratch);
    }
}
