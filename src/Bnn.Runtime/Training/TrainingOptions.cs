using Bnn.Model;

namespace Bnn.Training;

/// <summary>Everything that decides what a training run computes: same options, same data, same bits.</summary>
/// <remarks>The number of threads is not here, because it changes no bit. Nor is any time limit: a schedule bound to time cannot be repeated.</remarks>
public sealed record TrainingOptions
{
    /// <summary>Name of the model.</summary>
    public string Name { get; init; } = "model";

    /// <summary>The layers, in the words of <see cref="Training.Architecture.Parse"/>, for example <c>conv3x3-32 pool dense-256 scores</c>, or a preset.</summary>
    public string Architecture { get; init; } = "dense-256 dense-128 scores";

    /// <summary>How bytes become bits, in the words of <see cref="InputEncodings.Choose"/>, for example <c>thermometer-4</c>.</summary>
    public string Encoding { get; init; } = "eight-bit";

    /// <summary>Passes over the training split; at least 1.</summary>
    public int Epochs { get; init; } = 40;

    /// <summary>Samples of a step. Samples left over at the end of an epoch wait for a later one.</summary>
    public int BatchSize { get; init; } = 96;

    /// <summary>Largest learning rate of Adam, in (0, 1].</summary>
    public double LearningRate { get; init; } = 0.01;

    /// <summary>Steps over which the rate rises from 0; from there a cosine over the whole run takes it back to 0.</summary>
    public int WarmUpSteps { get; init; } = 200;

    /// <summary>Decides initial weights, order of samples and augmentation.</summary>
    public ulong Seed { get; init; }

    /// <summary>Decides the validation split; kept apart so that runs of many seeds share one split.</summary>
    public ulong SplitSeed { get; init; }

    /// <summary>Share of the given data that is held out for validation, in [0, 1).</summary>
    public double ValidationShare { get; init; } = 0.1;

    /// <summary>Each image is moved by up to so many pixels along both axes; pixels that come in are 0.</summary>
    public int Shift { get; init; }

    /// <summary>Whether each image is mirrored left to right in half of the cases.</summary>
    public bool Flip { get; init; }

    /// <summary>Whether batch norm learns a scale per channel besides the shift. A negative one flips the channel's row when folding.</summary>
    public bool BatchNormScale { get; init; }

    /// <summary>Share of the target probability spread evenly over all classes, in [0, 1).</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Logits = Temperature · score / √(inputs of the last layer); positive. It changes no class, only how hard the loss pulls.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Slope of the signs of sums in the backward pass.</summary>
    public Surrogate Surrogate { get; init; }

    /// <summary>
    /// Whether the network keeps real weights and real values, clipped to [−1, 1]: the counterpart of the same shape that a binary one is compared
    /// with and can learn from. It cannot be folded.
    /// </summary>
    public bool FullPrecision { get; init; }

    /// <summary>Weight of a teacher's probabilities in the loss, in [0, 1], the labels having the rest; 0: no teacher. Source: arXiv:1503.02531.</summary>
    public double DistillationWeight { get; init; }

    /// <summary>By what the logits of both are divided before they are compared, in [0, 100]; 0 stands for 1.</summary>
    public double DistillationSoftness { get; init; }

    /// <summary>What changes the binary weights.</summary>
    public WeightOptimizer Optimizer { get; init; }

    /// <summary>Of <see cref="WeightOptimizer.Bop"/>: part of a gradient that enters the moving average at the largest learning rate, in [0, 1].</summary>
    public double Adaptivity { get; init; }

    /// <summary>Of <see cref="WeightOptimizer.Bop"/>: size of the moving average from which a weight flips, at least 0.</summary>
    public double FlipThreshold { get; init; }

    /// <summary>
    /// Live weights that a channel ends with, by dynamic masks: a share in (0, 1] for all hidden layers, or one for each layer with weights, commas between them;
    /// null: no weight is masked.
    /// </summary>
    public string? LiveShares { get; init; }

    /// <summary>Of <see cref="LiveShares"/>: part of the run after which they are reached, in [0, 1]; 0 stands for 0.6.</summary>
    public double MaskRamp { get; init; }

    /// <summary>
    /// Of <see cref="LiveShares"/>: part of each step that latent weights of pruned ones do not take, in [0, 1], so that fewer come back. 0: they move like others; 1: not at all.
    /// </summary>
    public double MaskDamping { get; init; }

    /// <summary>
    /// Of <see cref="LiveShares"/>: weights of a dense layer, the scores among them, that live or are pruned together, neighbouring channels times neighbouring inputs: <c>64x8</c>;
    /// null: each weight for itself, as in convolutions always.
    /// </summary>
    public string? MaskBlock { get; init; }

    /// <summary>Whether the masks that the network starts with stay as they are, and pruned latent weights with them.</summary>
    public bool HasFrozenMasks { get; init; }

    /// <summary>Whether the learning rate stays at its largest behind the warm-up: flips of weights say something only at a rate that is not 0.</summary>
    public bool HasConstantRate { get; init; }

    /// <summary>Whether flips are counted from step to step instead of from epoch to epoch.</summary>
    public bool CountsFlipsOfSteps { get; init; }

    /// <summary>Whether latent weights of layers with masks are not clipped, as dynamic masks want it and what is trained on from them.</summary>
    public bool HasFreeLatents { get; init; }

    /// <summary>Returns these options if they make sense.</summary>
    /// <exception cref="ArgumentException">They do not; the message names the first option that is out of range.</exception>
    public TrainingOptions Require()
    {
        Check(Name.Length is > 0 and <= ModelCaps.NameLength, nameof(Name), $"must have 1 to {ModelCaps.NameLength} characters");
        Training.Architecture.Parse(Architecture);
        Check(Epochs is > 0 and <= 1_000_000, nameof(Epochs), $"is {Epochs}, but must lie in [1, 1000000]");
        Check(BatchSize is > 1 and <= 4096, nameof(BatchSize), $"is {BatchSize}, but must lie in [2, 4096]");
        Check(LearningRate is > 0 and <= 1, nameof(LearningRate), "must lie in (0, 1]");
        Check(WarmUpSteps >= 0, nameof(WarmUpSteps), "must not be negative");
        Check(ValidationShare is >= 0 and < 1, nameof(ValidationShare), "must lie in [0, 1)");
        Check(Shift is >= 0 and <= 127, nameof(Shift), "must lie in [0, 127]");
        Check(LabelSmoothing is >= 0 and < 1, nameof(LabelSmoothing), "must lie in [0, 1)");
        Check(Temperature is > 0 and <= 1000, nameof(Temperature), "must lie in (0, 1000]");
        Check(Enum.IsDefined(Surrogate), nameof(Surrogate), $"is {Surrogate}, but must be one of {string.Join(", ", Enum.GetNames<Surrogate>())}");
        Check(Enum.IsDefined(Optimizer), nameof(Optimizer), $"is {Optimizer}, but must be one of {string.Join(", ", Enum.GetNames<WeightOptimizer>())}");
        Check(DistillationWeight is >= 0 and <= 1, nameof(DistillationWeight), "must lie in [0, 1]");
        Check(DistillationSoftness is >= 0 and <= 100, nameof(DistillationSoftness), "must lie in [0, 100]");
        Check(Adaptivity is >= 0 and <= 1, nameof(Adaptivity), "must lie in [0, 1]");
        Check(FlipThreshold >= 0, nameof(FlipThreshold), "must not be negative");
        Check(Optimizer == WeightOptimizer.Adam || !FullPrecision, nameof(Optimizer), "is about binary weights, but FullPrecision is asked for");
        Check(MaskRamp is >= 0 and <= 1, nameof(MaskRamp), "must lie in [0, 1]");
        Check(MaskDamping is >= 0 and <= 1, nameof(MaskDamping), "must lie in [0, 1]");
        if (MaskBlock is not null)
        {
            Check(Training.MaskBlock.TryParse(MaskBlock, out _), nameof(MaskBlock), $"must be {Training.MaskBlock.Form}");
            Check(LiveShares is not null, nameof(MaskBlock), "says what LiveShares chooses together, but that is missing");
        }
        if (LiveShares is not null)
        {
            LayerShares.Live(LiveShares, Training.Architecture.Parse(Architecture));
            Check(!HasFrozenMasks, nameof(LiveShares), "changes masks, but HasFrozenMasks keeps them");
            Check(Optimizer == WeightOptimizer.Adam, nameof(LiveShares), "chooses by the size of latent weights, but Bop has none");
            Check(!FullPrecision, nameof(LiveShares), "is about binary weights, but FullPrecision is asked for");
        }
        InputEncodings.Parse(Encoding);
        return this;
    }

    private static void Check(bool holds, string option, string text)
    {
        if (!holds)
            throw new ArgumentException($"Training option {option} {text}.", option);
    }
}
