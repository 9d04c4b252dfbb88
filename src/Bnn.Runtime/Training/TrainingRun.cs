using System.Diagnostics;
using System.Globalization;
using Bnn.Model;

namespace Bnn.Training;

/// <summary>A training run: starts from random weights, from a checkpoint or from another run, and goes on epoch by epoch.</summary>
/// <remarks>
/// Options and data decide every bit of it; the number of threads, the width of the vectors, and breaks with <see cref="Resume"/> decide none.
/// Not thread-safe. See docs/training.md.
/// </remarks>
public sealed class TrainingRun : IDisposable
{
    private readonly WorkerPool _pool;
    private readonly BatchSource _batches;
    private readonly ForwardPass _forward;
    private readonly BackwardPass _backward;
    private readonly Evaluator _evaluator;
    private readonly Schedule _schedule;
    private readonly Distillation? _distillation;
    private readonly DynamicMasks? _masks;
    private readonly List<EpochRecord> _history;
    private readonly FlipCounter _flips;
    private bool _isBroken;

    internal TrainingRun(
        TrainingOptions options, LabeledImages data, DataSplit split, LatentNetwork network, RunProvenance? provenance, IEnumerable<EpochRecord> history, int threads,
        Checkpoint? teacher = null)
    {
        if (split.Training.Count < 2)
            throw new ArgumentException($"Training needs at least 2 samples, got {split.Training.Count} of the {data.Count} in '{data.Name}'.", nameof(data));
        (Options, Data, Split, Network, Provenance, _history, Teacher) = (options, data, split, network, provenance, [.. history], teacher);
        _pool = new(threads);
        _batches = new(split.Training, options, _pool.Threads);
        _schedule = new(options, StepsPerEpoch);
        _schedule.Apply(EpochsDone, network.Binarization);
        _distillation = DistillationOf(teacher);
        _masks = options.LiveShares is null ? null : new(network, options, StepsPerEpoch, _pool);
        foreach (LatentLayer layer in network.Layers)
            layer.Bound = layer.Mask is not null && (options.HasFreeLatents || options.LiveShares is not null) ? float.PositiveInfinity : 1;
        _forward = new(network, _batches.BatchSize, _pool);
        _backward = new(_forward, options.LabelSmoothing, Temperature)
        {
            Distillation = _distillation,
            FlipThreshold = options.Optimizer == WeightOptimizer.Bop ? options.FlipThreshold : null,
        };
        _evaluator = new(network, _pool, Temperature);
        _flips = new(network, options.CountsFlipsOfSteps);
    }

    /// <summary>What the run computes.</summary>
    public TrainingOptions Options { get; }

    /// <summary>The data, parted.</summary>
    public DataSplit Split { get; }

    /// <summary>Where the first weights came from; null: random.</summary>
    public RunProvenance? Provenance { get; }

    /// <summary>What the run learns from besides the labels; null: nothing.</summary>
    public Checkpoint? Teacher { get; }

    /// <summary>One record for each epoch done.</summary>
    public IReadOnlyList<EpochRecord> History => _history;

    /// <summary>Epochs done.</summary>
    public int EpochsDone => _history.Count;

    /// <summary>Whether all epochs of the options are done.</summary>
    public bool IsFinished => EpochsDone >= Options.Epochs;

    /// <summary>Steps of an epoch.</summary>
    public int StepsPerEpoch => _batches.Steps;

    /// <summary>The official training set, whole.</summary>
    public LabeledImages Data { get; }

    /// <summary>Whether latent weights may have left [−1, 1]: what is trained on from them must not clip them.</summary>
    internal bool HasFreeLatents => Options.HasFreeLatents || Options.LiveShares is not null;

    internal LatentNetwork Network { get; }

    internal int Threads => _pool.Threads;

    /// <summary>Logit = Temperature · score.</summary>
    internal double Temperature => Network.LogitScale(Options.Temperature);

    /// <summary>Starts from random weights.</summary>
    /// <param name="options">What to compute.</param>
    /// <param name="data">The official training set; a validation split is held out of it.</param>
    /// <param name="threads">Threads to use; 0: one per processor. Changes no bit.</param>
    /// <param name="teacher">A run to learn from, with images of the same shape and as many classes; goes with <see cref="TrainingOptions.DistillationWeight"/>.</param>
    /// <exception cref="ArgumentException">Options make no sense, no network of theirs fits the data, or the teacher does not.</exception>
    public static TrainingRun Start(TrainingOptions options, LabeledImages data, int threads = 0, Checkpoint? teacher = null)
    {
        options.Require();
        var split = DataSplit.Stratified(data, options.SplitSeed, options.ValidationShare);
        InputEncoding encoding = InputEncodings.Choose(options.Encoding, split.Training);
        var network = new LatentNetwork(data.Shape, encoding, Architecture.Parse(options.Architecture), data.ClassNames.Count, options.BatchNormScale);
        network.Initialize(options.Seed);
        if (options.Optimizer == WeightOptimizer.Bop)
            network.TakeSigns();
        return new(options, data, split, network, provenance: null, [], threads, teacher);
    }

    /// <summary>Goes on where a checkpoint was taken, to the same bits as if there had been no break.</summary>
    /// <param name="checkpoint">Not changed.</param>
    /// <param name="data">The same data as then.</param>
    /// <param name="threads">Threads to use; 0: one per processor.</param>
    /// <exception cref="ArgumentException">The data has another hash.</exception>
    public static TrainingRun Resume(Checkpoint checkpoint, LabeledImages data, int threads = 0)
    {
        if (checkpoint.DataHash != data.Hash)
        {
            throw new ArgumentException(
                $"The run was trained on '{checkpoint.DataName}' with SHA-256 {checkpoint.DataHash}, but the data given is '{data.Name}' with {data.Hash}.", nameof(data));
        }
        TrainingOptions options = checkpoint.Options;
        var split = DataSplit.Stratified(data, options.SplitSeed, options.ValidationShare);
        return new(options, data, split, checkpoint.Network.Clone(), checkpoint.Provenance, checkpoint.History, threads, checkpoint.Teacher);
    }

    /// <summary>Trains the weights of <paramref name="parent"/> further, on a schedule of its own: a control for pruning.</summary>
    /// <param name="parent">Not changed.</param>
    /// <param name="epochs">Epochs to add.</param>
    /// <param name="learningRate">Largest one; warm-up and cosine as in training.</param>
    /// <param name="seed">Decides order and augmentation.</param>
    public static TrainingRun Continue(TrainingRun parent, int epochs, double learningRate, ulong seed = 0) =>
        Continue(parent, parent.Options with { Epochs = epochs, LearningRate = learningRate, Seed = seed, HasConstantRate = false, CountsFlipsOfSteps = false }, "continued");

    /// <summary>Trains the weights of <paramref name="parent"/> on at a constant rate, so that it can be seen which of them still flip.</summary>
    /// <param name="parent">Not changed.</param>
    /// <param name="epochs">Length of the window.</param>
    /// <param name="learningRate">Of all steps behind the warm-up.</param>
    /// <param name="ofSteps">Whether flips are counted from step to step instead of from epoch to epoch.</param>
    /// <param name="seed">Decides order and augmentation.</param>
    /// <remarks>Counters begin at 0: those of the run are the flips of the window.</remarks>
    public static TrainingRun FlipWindow(TrainingRun parent, int epochs, double learningRate, bool ofSteps = false, ulong seed = 0) =>
        Continue(
            parent, parent.Options with { Epochs = epochs, LearningRate = learningRate, Seed = seed, HasConstantRate = true, CountsFlipsOfSteps = ofSteps }, "flip-window");

    private static TrainingRun Continue(TrainingRun parent, TrainingOptions options, string method)
    {
        // Masks that were found stay: a schedule that begins anew would let everything live again.
        LatentNetwork network = parent.Network.Clone();
        network.FreezeMasks();
        options = options with { LiveShares = null, MaskRamp = 0, MaskDamping = 0, MaskBlock = null, HasFrozenMasks = network.HasMasks, HasFreeLatents = parent.HasFreeLatents };
        return parent.Derive(options, network, method, options.Seed);
    }

    /// <summary>Trains one epoch.</summary>
    /// <param name="progress">Called after every step on this thread.</param>
    /// <param name="cancel">Looked at before every step, and every batch of the validation. A cancelled run can no longer be used: resume the last checkpoint.</param>
    /// <exception cref="InvalidOperationException">All epochs are done, or an earlier call was cancelled.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public EpochRecord RunEpoch(Action<TrainingProgress>? progress = null, CancellationToken cancel = default)
    {
        if (IsFinished)
            throw new InvalidOperationException($"All {Options.Epochs} epochs of this run are done.");
        CheckUsable();
        _isBroken = true;
        int epoch = EpochsDone;
        double loss = 0;
        _batches.StartEpoch(epoch);
        _schedule.Apply(epoch, Network.Binarization);
        var watch = Stopwatch.StartNew();
        for (int step = 0; step < StepsPerEpoch; step++)
        {
            cancel.ThrowIfCancellationRequested();
            _masks?.Step(epoch, step);
            int first = _batches.Select(step);
            _forward.Run(_batches, first, _batches.BatchSize, useBatchStatistics: true);
            _distillation?.Run(_batches, first, _batches.BatchSize);
            double rate = LearningRate(epoch, step);
            loss += _backward.Step(_batches.Labels, rate, Options.Adaptivity * rate / Options.LearningRate);
            _flips.EndStep();
            double speed = (step + 1.0) * _batches.BatchSize / watch.Elapsed.TotalSeconds;
            progress?.Invoke(new(epoch + 1, Options.Epochs, step + 1, StepsPerEpoch, loss / (step + 1), speed));
        }
        FloatEvaluation validation = _evaluator.Run(Split.Validation, cancel);
        var record = new EpochRecord(
            epoch + 1, LearningRate(epoch, StepsPerEpoch - 1), loss / StepsPerEpoch, validation.Loss, validation.Accuracy, _flips.EndEpoch());
        _history.Add(record);
        _isBroken = false;
        return record;
    }

    /// <summary>A copy of the whole state.</summary>
    /// <exception cref="InvalidOperationException">An epoch was cancelled half way.</exception>
    public Checkpoint ToCheckpoint()
    {
        CheckUsable();
        return new(Options, Provenance, Data.Name, Data.Hash, [.. _history], Network.Clone(), Data.Source, Teacher);
    }

    /// <summary>Re-estimates batch norm over one more epoch of the training split with the final signs, and folds. Changes nothing in the run.</summary>
    /// <remarks>Accuracy, provenance, and how many input bits are active, go into the metadata.</remarks>
    /// <returns>A network that gives the same scores as the float one, on every image.</returns>
    /// <exception cref="InvalidOperationException">An epoch was cancelled half way, or the network is one of full precision.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the run can still be used.</exception>
    public FoldedModel Fold(CancellationToken cancel = default)
    {
        CheckUsable();
        if (Options.FullPrecision)
            throw new InvalidOperationException("A full-precision network has no binary weights to fold.");
        LatentNetwork final = Final(cancel);
        FloatEvaluation validation = new Evaluator(final, _pool, Temperature).Run(Split.Validation, cancel);
        Network network = Folding.Fold(Options.Name, final, Data.ClassNames.ToEquatableArray(), Metadata(validation.Accuracy));
        return new(network, validation.Accuracy, validation.Loss);
    }

    /// <summary>Layers, sizes and names as they would be folded: for a report on a full-precision network, whose signs say nothing.</summary>
    public Network Outline() => Folding.Fold(
        Options.Name, Network, Data.ClassNames.ToEquatableArray(), Metadata(EpochsDone == 0 ? double.NaN : _history[^1].ValidationAccuracy));

    /// <inheritdoc/>
    public void Dispose() => _pool.Dispose();

    /// <summary>A copy of the network as it is folded: batch norm re-estimated over <see cref="FinalPass"/>.</summary>
    internal LatentNetwork Final(CancellationToken cancel)
    {
        CheckUsable();
        LatentNetwork final = Network.Clone();
        new Evaluator(final, _pool, Temperature).ReestimateStatistics(FinalPass(), cancel);
        return final;
    }

    /// <summary>The training split as one more epoch would show it, augmentation included: what batch norm is re-estimated on.</summary>
    internal ISampleSource FinalPass()
    {
        var source = new BatchSource(Split.Training, Options, Threads);
        source.StartEpoch(Options.Epochs);
        return source;
    }

    /// <summary>A new run on the same data that starts from given weights.</summary>
    internal TrainingRun Derive(TrainingOptions options, LatentNetwork network, string method, ulong seed)
    {
        CheckUsable();
        foreach (LatentLayer layer in network.Layers)
            layer.Flips.AsSpan().Clear();
        var provenance = new RunProvenance(method, Network.Hash(), EpochsDone + (Provenance?.ParentEpochs ?? 0), seed, new(Network.Hidden));
        return new(options.Require(), Data, Split, network, provenance, [], Threads, Teacher);
    }

    internal double LearningRate(int epoch, int step) => _schedule.LearningRate(epoch, step);

    private Distillation? DistillationOf(Checkpoint? teacher)
    {
        if (Options.DistillationWeight > 0 != teacher is not null)
            throw new ArgumentException("A teacher and a distillation weight above 0 go together.", nameof(teacher));
        if (teacher is null)
            return null;
        if (teacher.Input != Data.Shape || teacher.ClassCount != Data.ClassNames.Count)
        {
            throw new ArgumentException(
                $"The teacher classifies images of {teacher.Input} into {teacher.ClassCount} classes, but '{Data.Name}' has {Data.Shape} and {Data.ClassNames.Count}.",
                nameof(teacher));
        }
        return new(teacher, Options.DistillationWeight, Options.DistillationSoftness == 0 ? 1 : Options.DistillationSoftness, _batches.BatchSize, _pool);
    }

    private EquatableArray<MetadataEntry> Metadata(double accuracy)
    {
        var entries = new List<MetadataEntry>
        {
            new("data-set", Data.Name),
            new("data-hash", Data.Hash),
        };
        if (!double.IsNaN(accuracy))
            entries.Add(new("validation-accuracy", accuracy.ToString("F4", CultureInfo.InvariantCulture)));
        if (!Network.Encoding.IsEightBit)
            entries.Add(new(MetadataEntry.InputActive, InputActivity.Of(Network.Encoding, Split.Training).ToString("F3", CultureInfo.InvariantCulture)));
        entries.Add(new("method", Provenance?.Method ?? "trained"));
        entries.Add(new("epochs", EpochsDone.ToString(CultureInfo.InvariantCulture)));
        entries.Add(new("seed", Options.Seed.ToString(CultureInfo.InvariantCulture)));
        if (Provenance is { } provenance)
        {
            entries.Add(new("parent-hash", provenance.ParentHash));
            entries.Add(new("parent-epochs", provenance.ParentEpochs.ToString(CultureInfo.InvariantCulture)));
            entries.Add(new("parent-widths", string.Join(',', provenance.Widths)));
            entries.Add(new("method-seed", provenance.Seed.ToString(CultureInfo.InvariantCulture)));
        }
        entries.Add(new("engine", "BnnGen " + typeof(TrainingRun).Assembly.GetName().Version!.ToString(3)));
        return new(entries.ToArray());
    }

    private void CheckUsable()
    {
        if (_isBroken)
            throw new InvalidOperationException("An epoch of this run was cancelled half way; resume its last checkpoint.");
    }
}

/// <summary>A network folded from a run, and what its float original scored: the same classes, image by image.</summary>
/// <param name="Network">Ready to be written.</param>
/// <param name="ValidationAccuracy">Share in [0, 1]; NaN without a validation split.</param>
/// <param name="ValidationLoss">Mean cross-entropy in nats; NaN without a validation split.</param>
public sealed record FoldedModel(Network Network, double ValidationAccuracy, double ValidationLoss);
