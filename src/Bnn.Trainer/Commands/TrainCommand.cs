using System.CommandLine;
using System.CommandLine.Parsing;
using Bnn.Trainer.Data;
using Bnn.Training;

namespace Bnn.Trainer.Commands;

/// <summary><c>bnn train</c>: trains a network from random weights into a run folder, or goes on with one.</summary>
internal sealed class TrainCommand
{
    private static readonly TrainingOptions Defaults = new();

    private readonly Argument<DataSet?> _dataSet = CommonOptions.DataSet(isOptional: true);
    private readonly Option<string?> _out = new("--out", "-o") { Description = "The run folder to make: checkpoint, log, model.bnn", HelpName = "RUN" };
    private readonly Option<string?> _resume = new("--resume") { Description = "Go on with this run folder instead, as bnn resume does", HelpName = "RUN" };
    private readonly Option<string?> _name = new("--name") { Description = "Name of the model [default: that of the data set]", HelpName = "NAME" };
    private readonly Option<string?> _architecture = new("--arch", "-a")
    {
        Description = $"The layers in quotes, for example 'conv3x3-32 pool dense-128 scores', or a preset: {ArchitecturePreset.Names};"
            + " a preset may have a width factor, nin@0.25 [default: mlp-s]",
        HelpName = "LAYERS",
    };

    private readonly Option<string?> _encoding = new("--encoding")
    {
        Description = "How bytes become bits: eight-bit, threshold, threshold-T, thermometer-L, bit-planes, bit-planes-N or raw-bits"
            + " [default: eight-bit; tables: thermometer-4, monks-N: thermometer-3]",
        HelpName = "NAME",
    };

    private readonly Option<int?> _epochs = Number.Optional("--epochs", "Passes over the training split [default: the preset's, or 40]", 1, 1_000_000);
    private readonly Option<int> _batch = Number.Option("--batch", "Samples of a step", Defaults.BatchSize, 2, 4096);
    private readonly Option<double?> _learningRate = Number.Optional(
        "--learning-rate", "Largest learning rate [default: the preset's, or 0.01 for dense and 0.005 for convolutional networks]", 0.000001, 1.0);
    private readonly Option<ulong> _seed = Number.Option("--seed", "Same seed, same bits", Defaults.Seed, ulong.MinValue, ulong.MaxValue);
    private readonly Option<int> _shift = Number.Option("--shift", "Move each image by up to so many pixels", Defaults.Shift, 0, 127);
    private readonly Option<bool> _flip = new("--flip") { Description = "Mirror half of the images" };
    private readonly Option<bool> _batchNormScale = new("--batch-norm-scale") { Description = "Let batch norm learn a scale besides the shift" };
    private readonly Option<Surrogate> _surrogate = Choice.Option<Surrogate>("--surrogate", "Slope of the signs in the backward pass: clip, bi-real or reste", Surrogate.BiReal, "bi-real; with --full-precision clip");
    private readonly Option<double> _labelSmoothing = Number.Option(
        "--label-smoothing", "Share of the target that all classes get alike", Defaults.LabelSmoothing, 0.0, 0.999);
    private readonly Option<string?> _teacher = new("--teacher") { Description = "A run to learn from, for example one of --full-precision", HelpName = "RUN" };
    private readonly Option<double?> _distillation = Number.Optional(
        "--distillation", "Weight of the teacher in the loss, the labels having the rest [default: 0.5]", 0.000001, 1.0);
    private readonly Option<double> _softness = Number.Option("--softness", "What the logits of teacher and learner are divided by", 1.0, 0.01, 100.0);
    private readonly Option<bool> _fullPrecision = new("--full-precision")
    {
        Description = "Real weights and values: the counterpart of the same shape. It gives no model.bnn",
    };

    private readonly Option<WeightOptimizer> _optimizer = Choice.Option<WeightOptimizer>("--optimizer", "What changes the weights: adam or bop");
    private readonly Option<double> _adaptivity = Number.Option("--adaptivity", "Of bop: part of a gradient that enters the average", 0.001, 0.0, 1.0);
    private readonly Option<string?> _live = Number.Shares(
        "--live",
        "Share of the weights that a channel keeps, chosen while it trains: one number for all hidden layers, or one for each layer, commas between them [default: all]",
        share => share is > 0 and <= 1,
        "above 0 and at most 1");

    private readonly Option<double> _maskRamp = Number.Option("--mask-ramp", "Of --live: part of the run after which the shares are reached", 0.6, 0.001, 1.0);
    private readonly Option<double> _maskDamping = Number.Option("--mask-damping", "Of --live: part of each step that pruned weights do not take", 0, 0.0, 1.0);

    private readonly Option<string?> _maskBlock = new("--mask-block")
    {
        Description = "Of --live: weights of a dense layer that are kept or pruned together, channels x inputs, each from 1 to 1024: 64x8 [default: each for itself]",
        HelpName = "CxI",
    };

    private readonly Option<double> _flipThreshold = Number.Option("--flip-threshold", "Of bop: average from which a weight flips", 0.00000001, 0.0, 1.0);
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<string?> _dataDir = CommonOptions.DataDir();
    private readonly Option<bool> _offline = CommonOptions.Offline();

    /// <summary>The command, writing to <paramref name="context"/>.</summary>
    public static Command Create(CommandContext context) => new TrainCommand().Build(context);

    /// <summary>The command with these very options: what it parsed can be given to <see cref="Options"/>.</summary>
    public Command Build(CommandContext context)
    {
        var command = new CommandWithExamples("train", "Trains a binary network. A tenth of the training set is held out; the test set is not read.",
        [
            "bnn train fashion-mnist --out runs/fashion",
            "bnn train fashion-mnist --arch conv-s --flip --shift 1 --out runs/conv",
            "bnn train mnist --arch 'dense-512 dense-512 scores' --epochs 60 --shift 1 --encoding threshold --out runs/mnist",
            "bnn train optdigits --arch 'dense-32 scores' --seed 7 --out runs/digits",
            "bnn train images:photos --out runs/photos",
            "bnn train table:flowers.csv,class=species --out runs/flowers",
            "bnn train --resume runs/fashion",
        ])
        {
            _dataSet, _out, _resume, _name, _architecture, _encoding, _epochs, _batch, _learningRate, _seed, _shift, _flip, _batchNormScale,
            _surrogate, _labelSmoothing, _teacher, _distillation, _softness, _fullPrecision, _optimizer, _adaptivity, _flipThreshold,
            _live, _maskRamp, _maskDamping, _maskBlock, _threads, _dataDir, _offline,
        };
        command.SetAction(parsed => parsed.GetValue(_resume) is { } folder ? Resume(context, parsed, folder) : Start(context, parsed));
        return command;
    }

    private int Resume(CommandContext context, ParseResult parsed, string folder)
    {
        Symbol[] mayStay = [_resume, _threads, _dataDir, _offline];
        IEnumerable<Symbol> given = parsed.CommandResult.Children
            .Where(child => child is not OptionResult { Implicit: true })
            .Select(child => child is OptionResult option ? (Symbol)option.Option : _dataSet);
        return given.Except(mayStay).FirstOrDefault() is { } other
            ? throw new UsageException(
                $"{other.Name} cannot go with --resume: the run knows what it was started with. Only --threads, --data-dir and --offline can.")
            : ResumeCommand.Run(context, folder, parsed.GetValue(_threads), Access(context, parsed));
    }

    private int Start(CommandContext context, ParseResult parsed)
    {
        DataSet set = parsed.GetValue(_dataSet)
            ?? throw new UsageException($"which data set? There are {DataCatalogue.Names}. Data of your own: {DataSpec.Forms}.");
        string folder = parsed.GetValue(_out) ?? throw new UsageException($"where to? Name a new folder: bnn train {set.Argument} --out RUN");
        RunSession.CheckNew(folder);
        TrainingOptions options = Options(parsed, set);
        Checkpoint? teacher = parsed.GetValue(_teacher) is { } taught ? RunSession.ReadCheckpoint(taught) : null;
        LabeledImages data = set.ReadTrain(Access(context, parsed));
        using TrainingRun run = RunSession.Checked(() => TrainingRun.Start(options, data, parsed.GetValue(_threads), teacher));
        return RunSession.Begin(context, run, folder).Run();
    }

    /// <summary>What the words of a line ask for.</summary>
    /// <exception cref="UsageException">No run has such options.</exception>
    public TrainingOptions Options(ParseResult parsed, DataSet set)
    {
        string architecture = parsed.GetValue(_architecture) ?? "mlp-s";
        ArchitecturePreset? preset = ArchitecturePreset.Named(architecture);
        Architecture layers = RunSession.Checked(() => Architecture.Parse(architecture));
        WeightOptimizer optimizer = parsed.GetValue(_optimizer);
        bool isReal = parsed.GetValue(_fullPrecision), isTaught = parsed.GetValue(_teacher) is not null;
        if (!isTaught && parsed.GetResult(_distillation) is { Implicit: false })
            throw new UsageException("--distillation needs a run to learn from: --teacher RUN.");
        return RunSession.Checked(new TrainingOptions
        {
            Name = parsed.GetValue(_name) ?? set.Name,
            Architecture = layers.ToString(),
            Encoding = parsed.GetValue(_encoding) ?? preset?.Encoding ?? set.Encoding,
            Epochs = parsed.GetValue(_epochs) ?? preset?.Epochs ?? Defaults.Epochs,
            BatchSize = parsed.GetValue(_batch),
            LearningRate = parsed.GetValue(_learningRate) ?? preset?.LearningRate ?? (layers.HasConvolution ? 0.005 : Defaults.LearningRate),
            Seed = parsed.GetValue(_seed),
            Shift = parsed.GetValue(_shift),
            Flip = parsed.GetValue(_flip),
            BatchNormScale = parsed.GetValue(_batchNormScale),
            // Real values are clipped unless something else is asked for: the usual counterpart.
            Surrogate = Choice.Value(parsed, _surrogate, isReal ? Surrogate.Clip : Surrogate.BiReal),
            LabelSmoothing = parsed.GetValue(_labelSmoothing),
            FullPrecision = isReal,
            DistillationWeight = isTaught ? parsed.GetValue(_distillation) ?? 0.5 : 0,
            DistillationSoftness = isTaught ? parsed.GetValue(_softness) : 0,
            Optimizer = optimizer,
            Adaptivity = optimizer == WeightOptimizer.Bop ? parsed.GetValue(_adaptivity) : 0,
            LiveShares = parsed.GetValue(_live),
            MaskRamp = parsed.GetValue(_live) is null ? 0 : parsed.GetValue(_maskRamp),
            MaskDamping = parsed.GetValue(_live) is null ? 0 : parsed.GetValue(_maskDamping),
            MaskBlock = parsed.GetValue(_maskBlock),
            FlipThreshold = optimizer == WeightOptimizer.Bop ? parsed.GetValue(_flipThreshold) : 0,
        });
    }

    private DataAccess Access(CommandContext context, ParseResult parsed) => DataAccess.Of(context, parsed.GetValue(_dataDir), parsed.GetValue(_offline));
}
